import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { paths, sliding, startMetadata } from "./support/metadata-server.ts";

function startApp(wrong: string, env: { readonly [name: string]: string }) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "support/app.ts"), wrong], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, lines: out.trim().split("\n") }));
  return { child, ended, listening: once(child.stdout, "data") };
}

test.each([
  ["nothing", 0, ["listening", "saved for signal", "drained 0"]],
  ["uncaught", 1, ["listening", "saved for signal", "cut-off 1"]],
  ["throws", 1, ["listening", "saved for signal", "cut-off 1"]],
])(
  "SIGTERM to a real application, with %s going wrong: its state is saved and it ends by itself",
  async (wrong, code, lines) => {
    const { child, ended, listening } = startApp(wrong, { AWS_EC2_METADATA_DISABLED: "true" });
    await listening;
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code, lines });
  },
);

test("a notice in its instance's metadata ends it as well", async () => {
  await using metadata = await startMetadata();
  const { ended, listening } = startApp("nothing", { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url });
  await listening;
  metadata.pages.set(paths.interruption, sliding());
  expect(await ended).toEqual({ code: 0, lines: ["listening", "saved for interruption", "drained 0"] });
});
