import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../../scripts/support/process.ts";
import { paths, sliding, startMetadata } from "./support/metadata-server.ts";

const source = join(import.meta.dirname, "support/app.ts");
/** What `npm test` says: the oldest Node.js that the agent works on; empty where it could not be had. */
const oldNode = process.env["SPOTKEEPER_OLD_NODE"];
const folder = mkdtempSync(join(tmpdir(), "spotkeeper-app-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function startApp(wrong: string, env: { readonly [name: string]: string }, node = process.execPath, app = source) {
  const child = spawn(node, [app, wrong], {
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

// It knows no TypeScript, so it gets what a bundler makes of the application.
describe.skipIf(oldNode === "" || oldNode === undefined)("on the oldest Node.js that the agent works on", () => {
  const app = join(folder, "app.mjs");
  beforeAll(async () => {
    await build({ entryPoints: [source], outfile: app, bundle: true, platform: "node", format: "esm" });
  });

  test("which is one of version 22", async () => {
    const { output } = await run(oldNode ?? "", ["--version"], { output: "keep", deadline: 20_000 });
    expect(output).toMatch(/^v22\./);
  });

  test("the daemon runs a command, and ends with its code", async () => {
    const entry = join(import.meta.dirname, "../src/main.ts");
    const daemon = join(folder, "daemon.mjs");
    await build({ entryPoints: [entry], outfile: daemon, bundle: true, platform: "node", format: "esm" });
    const args = [daemon, "--port", "0", "--", oldNode ?? "", "--eval", "process.exitCode = 7"];
    const env = { PATH: process.env["PATH"], AWS_EC2_METADATA_DISABLED: "true" };
    expect(await run(oldNode ?? "", args, { output: "keep", env, deadline: 20_000 })).toMatchObject({ code: 7 });
  });

  test("SIGTERM, and a notice in its instance's metadata, end an application", async () => {
    const off = startApp("nothing", { AWS_EC2_METADATA_DISABLED: "true" }, oldNode, app);
    await off.listening;
    off.child.kill("SIGTERM");
    expect(await off.ended).toEqual({ code: 0, lines: ["listening", "saved for signal", "drained 0"] });
    await using metadata = await startMetadata();
    const told = startApp("nothing", { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url }, oldNode, app);
    await told.listening;
    metadata.pages.set(paths.interruption, sliding());
    expect(await told.ended).toEqual({ code: 0, lines: ["listening", "saved for interruption", "drained 0"] });
  });
});
