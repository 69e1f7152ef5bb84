import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { paths, sliding, startMetadata } from "../support/metadata-server.ts";

const folder = mkdtempSync(join(tmpdir(), "spotkeeper-tokens-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileWith = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

test("tokens come from files, are read again at each use, and no hook sees where they are", async () => {
  await using metadata = await startMetadata();
  const got: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    got.push(request.headers.authorization);
    response.statusCode = 500;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://user:hush@127.0.0.1:${(server.address() as AddressInfo).port}/s3cr3t-path?k=v`;
  const env = {
    SPOTKEEPER_AGENT_TOKEN_FILE: fileWith("agent", "first\n"),
    SPOTKEEPER_HOOK_TOKEN_FILE: fileWith("hook", "of the hook\n"),
  };
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", url, "--hook", `/bin/sh -c 'echo "[$(env | grep -c TOKEN)]"'`],
    env,
  });
  const test = new URL("/test", await daemon.status());
  const ask = async (token: string): Promise<number> =>
    (await fetch(test, { method: "POST", headers: { authorization: `Bearer ${token}` } })).status;
  expect([await ask("wrong"), await ask("second")]).toEqual([401, 401]);
  fileWith("agent", "second\n");
  expect([await ask("first"), await ask("second")]).toEqual([401, 202]);
  await daemon.said("[0]");
  expect(got).toEqual(["Bearer of the hook"]);
  metadata.pages.set(paths.interruption, sliding());
  await vi.waitFor(() => expect(got).toHaveLength(2), { timeout: 10_000 });
  await vi.waitFor(() => expect(daemon.log().filter(({ message }) => message === "drained")).toHaveLength(2), 10_000);
  const log = JSON.stringify(daemon.log());
  for (const secret of ["s3cr3t-path", "hush", "k=v", "of the hook"]) expect(log).not.toContain(secret);
  expect(log).toContain(`"hook":"http://127.0.0.1:`);
  server.close();
});

test.each([
  [
    "is not there",
    { SPOTKEEPER_HOOK_TOKEN_FILE: "/no/such/file" },
    "SPOTKEEPER_HOOK_TOKEN_FILE: the file cannot be read",
  ],
  ["is empty", { SPOTKEEPER_HOOK_TOKEN_FILE: "/dev/null" }, "SPOTKEEPER_HOOK_TOKEN_FILE: the file is empty"],
  [
    "stands beside the token itself",
    { SPOTKEEPER_AGENT_TOKEN: "t", SPOTKEEPER_AGENT_TOKEN_FILE: "/dev/null" },
    "SPOTKEEPER_AGENT_TOKEN_FILE: SPOTKEEPER_AGENT_TOKEN is set too",
  ],
])("a file that %s is told at the start", async (_, env, said) => {
  await using daemon = startDaemon({ env });
  expect(await daemon.ended).toBe(2);
  expect(daemon.stderr()).toContain(said);
});
