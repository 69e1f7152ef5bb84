import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, expect, test, vi } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { paths, sliding, startMetadata } from "../support/metadata-server.ts";

const folder = mkdtempSync(join(tmpdir(), "spotkeeper-daemon-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inSeconds = (seconds: number): string =>
  JSON.stringify({ action: "terminate", time: new Date(Date.now() + seconds * 1_000).toISOString() });

async function listeningAt(): Promise<AddressInfo> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return server.address() as AddressInfo;
}

const python = `
import signal, sys, time
def stop(number, frame):
    print("python got", signal.Signals(number).name, flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, stop)
print("python runs", flush=True)
while True:
    time.sleep(0.05)
`;
const stubborn = `trap 'echo shell got TERM' TERM; echo shell runs; while :; do sleep 0.05; done`;
const go = `package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	fmt.Println("go runs")
	fmt.Println("go got", <-signals)
	os.Exit(3)
}
`;

test("a Python program: the hooks first and in order, then SIGTERM; its exit code", async () => {
  await using metadata = await startMetadata();
  const first = join(folder, "first");
  writeFileSync(first, `#!/bin/sh\necho "first $1 $SPOTKEEPER_NOTICE $SPOTKEEPER_ACTION [$SPOTKEEPER_HOOK_TOKEN]"\n`);
  chmodSync(first, 0o755);
  const got: { authorization: string | undefined; body: unknown }[] = [];
  const hook = createServer((request: IncomingMessage, response) => {
    void json(request).then((body) => {
      got.push({ authorization: request.headers.authorization, body });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(hook, "listening");
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/drain`;
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", `${first} 'two words; echo no'`, "--hook", url],
    command: ["python3", "-c", python],
    env: { SPOTKEEPER_HOOK_TOKEN: "s3cret" },
  });
  await daemon.said("python runs");
  metadata.pages.set(paths.interruption, sliding());
  expect(await daemon.ended).toBe(7);
  expect(daemon.stdout().split("\n")).toEqual([
    "python runs",
    "first two words; echo no interruption terminate []",
    "python got SIGTERM",
    "",
  ]);
  expect(got).toMatchObject([
    { authorization: "Bearer s3cret", body: { notice: { kind: "interruption" }, drill: false } },
  ]);
  expect(JSON.stringify(daemon.log())).not.toContain("s3cret");
  hook.close();
});

test("a shell script that ignores SIGTERM is killed before the deadline, and not earlier", async () => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({ metadata: metadata.url, command: ["/bin/sh", "-c", stubborn] });
  await daemon.said("shell runs");
  const began = performance.now();
  // Less the margin of 10 s: 4 s.
  metadata.pages.set(paths.interruption, inSeconds(14));
  expect(await daemon.ended).toBe(137);
  const seconds = (performance.now() - began) / 1_000;
  expect(daemon.stdout()).toContain("shell got TERM");
  expect(seconds).toBeGreaterThan(2.5);
  expect(seconds).toBeLessThan(14);
  expect(daemon.log().find(({ message }) => message === "drained")).toMatchObject({ outcome: "cut-off" });
});

const hasGo = spawnSync("go", ["version"]).status === 0;
test.skipIf(!hasGo)("a Go program gets SIGTERM", { timeout: 120_000 }, async () => {
  const source = join(folder, "main.go");
  writeFileSync(source, go);
  const built = spawnSync("go", ["build", "-o", join(folder, "program"), source], {
    env: { ...process.env, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" },
  });
  expect(built.status).toBe(0);
  await using daemon = startDaemon({ command: [join(folder, "program")] });
  await daemon.said("go runs");
  daemon.kill("SIGTERM");
  expect(await daemon.ended).toBe(3);
  expect(daemon.stdout()).toContain("go got terminated");
});

test("SIGTERM without a notice goes on at once, without hooks; other signals as they are", async () => {
  const program = `for s in HUP USR1; do trap "echo got $s" $s; done; trap 'echo got TERM; exit 5' TERM; echo runs; while :; do sleep 0.05; done`;
  await using daemon = startDaemon({ args: ["--hook", "echo hooked"], command: ["/bin/sh", "-c", program] });
  await daemon.said("runs");
  daemon.kill("SIGUSR1");
  await daemon.said("got USR1");
  daemon.kill("SIGHUP");
  await daemon.said("got HUP");
  daemon.kill("SIGTERM");
  expect(await daemon.ended).toBe(5);
  expect(daemon.stdout()).not.toContain("hooked");
});

test("the exit code is the command's own, also where a signal ended it", async () => {
  expect(await startDaemon({ command: ["/bin/sh", "-c", "exit 42"] }).ended).toBe(42);
  expect(await startDaemon({ command: ["/bin/sh", "-c", "kill -KILL $$"] }).ended).toBe(137);
  expect(await startDaemon({ command: ["/no/such/program"] }).ended).toBe(1);
});

test("hooks that fail or hang are told, and keep nothing from the command", async () => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", "false", "--hook", "sleep 600", "--hook", "echo done all the same", "--grace", "1500ms"],
    command: ["python3", "-c", python],
  });
  await daemon.said("python runs");
  metadata.pages.set(paths.interruption, inSeconds(13));
  expect(await daemon.ended).toBe(7);
  // The one that hangs has its part of the time alone, and goes on beside the next.
  expect(daemon.stdout()).toContain("done all the same");
  const failed = daemon.log().filter(({ message }) => message === "hook failed");
  expect(failed).toMatchObject([
    { hook: "false", number: 1, error: "ended with 1" },
    { hook: "sleep", number: 2, error: "was killed: no time was left" },
  ]);
});

test("for a machine: the status, hooks on a notice, a cancellation, and hooks again", async () => {
  await using metadata = await startMetadata();
  const marks = join(folder, "marks");
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", `/bin/sh -c 'echo hooked >> ${marks}'`],
  });
  const url = await daemon.status();
  const status = async (): Promise<{
    state: string;
    notice: object | null;
    deadline: string | null;
    phases: object[];
  }> => (await (await fetch(url)).json()) as never;
  expect(await status()).toEqual({ state: "running", notice: null, deadline: null, phases: [] });
  const hooked = (): number => (existsSync(marks) ? readFileSync(marks, "utf8").trim().split("\n").length : 0);

  metadata.pages.set(paths.interruption, sliding());
  await vi.waitFor(() => expect(hooked()).toBe(1), { timeout: 10_000 });
  await vi.waitFor(async () => expect((await status()).state).toBe("drained"), { timeout: 10_000 });
  expect(await status()).toMatchObject({
    notice: { kind: "interruption", action: "terminate" },
    deadline: expect.stringMatching(/Z$/),
    phases: expect.arrayContaining([expect.objectContaining({ phase: "stop-intake", state: "done" })]),
  });

  metadata.pages.delete(paths.interruption);
  await vi.waitFor(async () => expect((await status()).state).toBe("running"), { timeout: 10_000 });
  expect(daemon.log()).toContainEqual(expect.objectContaining({ message: "the notice is gone", resumed: true }));
  metadata.pages.set(paths.interruption, sliding("stop"));
  await vi.waitFor(() => expect(hooked()).toBe(2), { timeout: 10_000 });
  daemon.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
});

test("where the usual port is taken the command runs all the same, and the status is served at another", async () => {
  const other = createServer().listen(8788, "127.0.0.1");
  await Promise.race([once(other, "listening"), once(other, "error")]);
  await using daemon = startDaemon({ args: [], port: null, command: ["/bin/sh", "-c", "exit 4"] });
  expect(Number(new URL(await daemon.status()).port)).not.toBe(8788);
  expect(await daemon.ended).toBe(4);
  other.close();
  const taken = startDaemon({ port: (await listeningAt()).port, command: ["/bin/sh", "-c", "exit 4"] });
  expect(await taken.ended).toBe(1);
});

test("a machine that was tried out by a drill runs its hooks when it is in earnest", async () => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", `/bin/sh -c 'echo "hooked by $SPOTKEEPER_NOTICE"'`],
    env: { SPOTKEEPER_AGENT_TOKEN: "t" },
  });
  const url = new URL("/test", await daemon.status());
  expect((await fetch(url, { method: "POST", headers: { authorization: "Bearer t" } })).status).toBe(202);
  await daemon.said("hooked by drill");
  metadata.pages.set(paths.interruption, sliding());
  await daemon.said("hooked by interruption");
  expect(daemon.log().filter(({ message }) => message === "draining")).toMatchObject([
    { for: "drill" },
    { for: "interruption" },
  ]);
});

test("a command that a drill has told to end has its time when a notice in earnest comes meanwhile", async () => {
  await using metadata = await startMetadata();
  const slow = `trap 'echo told; sleep 3.5; echo ended well; exit 0' TERM; echo runs; while :; do sleep 0.05; done`;
  await using daemon = startDaemon({
    metadata: metadata.url,
    command: ["/bin/sh", "-c", slow],
    env: { SPOTKEEPER_AGENT_TOKEN: "t" },
  });
  await daemon.said("runs");
  const url = new URL("/test", await daemon.status());
  await fetch(url, { method: "POST", headers: { authorization: "Bearer t" } });
  await daemon.said("told");
  metadata.pages.set(paths.interruption, sliding());
  expect(await daemon.ended).toBe(0);
  expect(daemon.stdout()).toBe("runs\ntold\nended well\n");
});

test("hibernation: the hooks have what time there is", async () => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", `/bin/sh -c 'echo "hooked for $SPOTKEEPER_ACTION"'`],
  });
  await daemon.status();
  metadata.pages.set(paths.interruption, sliding("hibernate"));
  await daemon.said("hooked for hibernate");
  await vi.waitFor(() => expect(daemon.log()).toContainEqual(expect.objectContaining({ outcome: "drained" })));
});

test.each([
  ["of a machine whose daemon is ended", []],
  ["of a command that ends by itself, after a notice that was called off", ["/bin/sh", "-c", "sleep 2.5; exit 3"]],
])("hooks that run come to their end: %s", async (_, command) => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", "echo first", "--hook", `/bin/sh -c 'echo begun; sleep 3; echo second'`],
    command,
  });
  await daemon.status();
  if (command.length > 0) {
    metadata.pages.set(paths.interruption, sliding());
    await daemon.said("begun");
    metadata.pages.delete(paths.interruption);
    await vi.waitFor(() => expect(daemon.log().some(({ resumed }) => resumed === true)).toBe(true), 10_000);
  }
  metadata.pages.set(paths.interruption, sliding());
  await vi.waitFor(() => expect(daemon.stdout().trim().endsWith("first\nbegun")).toBe(true), 10_000);
  if (command.length === 0) daemon.kill("SIGTERM");
  expect(await daemon.ended).toBe(command.length > 0 ? 3 : 0);
  expect(daemon.stdout()).toContain("second");
});

test.each([
  [["--port", "99999"], '--port: got "99999", wants a port'],
  [["--poll", "soon"], '--poll: got "soon", wants a duration'],
  [["--poll", "1h"], '--poll: got "1h", wants a duration from 10ms to 60s'],
  [["--grace", "10m"], '--grace: got "10m", wants a duration up to 110s'],
  [["--hook", "/no/such/hook --all"], "--hook: /no/such/hook is not there"],
  [
    ["--hook", "htp://127.0.0.1/x"],
    "--hook: htp://127.0.0.1/x is not there, or may not be executed. Give a command, or a URL",
  ],
  [["--hook", "echo hi &"], "and & means nothing then"],
  [["--hook", "echo a ; echo b"], "and ; means nothing then"],
  [["--hook", "echo hi | cat"], "--hook: echo is run without a shell, and | means nothing then"],
  [["--pol", "1s"], "Unknown option '--pol'"],
  [["--hok", "true"], "Did you mean --hook?"],
  [["node", "server.js"], "Unexpected argument 'node'"],
  [["--hook", "echo 'x"], "a quote is not closed"],
  [["--host", "0.0.0.0"], "SPOTKEEPER_AGENT_TOKEN must be set"],
])("a wrong call is 2 and says why: %j", (args, said) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../../bin/spotkeeper-agent.js"), ...args],
    { encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
});

test("--version and --help", () => {
  const ask = (flag: string): string =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../../bin/spotkeeper-agent.js"), flag], {
      encoding: "utf8",
    }).stdout;
  expect(ask("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(ask("--help")).toContain("--grace <duration>");
});
