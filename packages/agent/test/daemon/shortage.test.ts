import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { paths, sliding, startMetadata } from "../support/metadata-server.ts";

/** So many connections to the status, each of which has sent `text` and then says nothing. */
async function hold(status: string, many: number, text = ""): Promise<Disposable> {
  const { port } = new URL(status);
  const sockets: Socket[] = [];
  for (let at = 0; at < many; at++) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {}).resume();
    sockets.push(socket);
    socket.write(text);
    if (at % 50 === 49) await Promise.race([once(socket, "connect"), once(socket, "close")]);
  }
  return { [Symbol.dispose]: () => sockets.forEach((socket) => socket.destroy()) };
}

const peakMegabytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;

test("400 idle connections keep no hook from running, nor who asks from an answer", async () => {
  await using metadata = await startMetadata();
  const got: string[] = [];
  const server = createServer((request, response) => {
    got.push(request.url ?? "");
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/drain`;
  await using daemon = startDaemon({
    metadata: metadata.url,
    args: ["--hook", "echo hooked", "--hook", url],
    descriptors: 256,
  });
  const status = await daemon.status();
  using _idle = await hold(status, 400);
  expect((await fetch(status, { signal: AbortSignal.timeout(5_000) })).status).toBe(200);
  metadata.pages.set(paths.interruption, sliding());
  await daemon.said("hooked");
  await vi.waitFor(() => expect(got).toEqual(["/drain"]), { timeout: 10_000 });
  server.close();
});

test("requests of which only a part comes take no memory that the hooks would miss", { timeout: 60_000 }, async () => {
  await using daemon = startDaemon({});
  const status = await daemon.status();
  const parts = [
    `GET /status HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(15_000)}`,
    `GET /status HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(1_900)}`,
    `POST /drain HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n${"x".repeat(60_000)}`,
  ];
  for (const part of parts) {
    using _held = await hold(status, 1_500, part);
    await delay(1_000);
  }
  expect((await fetch(status)).status).toBe(200);
  // deploy/spotkeeper-agent.service allows 256.
  expect(peakMegabytes(daemon.pid)).toBeLessThan(200);
});

/** So many requests by so many clients, each over a connection of its own; `text` is one of them. */
async function flood(status: string, clients: number, requests: number, text: string): Promise<void> {
  const { port } = new URL(status);
  let left = requests;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {}).once("data", () => socket.destroy());
      socket.write(text);
      await new Promise((resolve) => socket.once("close", resolve));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

test("a flood of bodies that nobody wants leaves the hooks their memory", { timeout: 120_000 }, async () => {
  await using daemon = startDaemon({});
  const status = await daemon.status();
  const body = `POST /drain HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n${"x".repeat(60_000)}`;
  // As many clients at a time take some memory; what counts is that it does not grow with the number of their requests.
  await flood(status, 100, 2_000, body);
  const before = peakMegabytes(daemon.pid);
  await flood(status, 100, 8_000, body);
  expect((await fetch(status)).status).toBe(200);
  expect(peakMegabytes(daemon.pid) - before).toBeLessThan(30);
  expect(peakMegabytes(daemon.pid)).toBeLessThan(150);
});

test("the rest of a body that nobody wants is not read", async () => {
  await using daemon = startDaemon({});
  const { port } = new URL(await daemon.status());
  const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
  socket.write(`POST /drain HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 /);
  // Node.js keeps it for 5 s.
  await once(socket, "close", { signal: AbortSignal.timeout(3_000) });
});

test("a hook that fails for want of descriptors is tried again while there is time", async () => {
  await using metadata = await startMetadata();
  await using daemon = startDaemon({ metadata: metadata.url, args: ["--hook", "echo hooked"] });
  await daemon.status();
  await delay(500);
  const limit = (descriptors: number): Buffer =>
    execFileSync("prlimit", ["--pid", String(daemon.pid), `--nofile=${descriptors}:`]);
  limit(3);
  metadata.pages.set(paths.interruption, sliding());
  await vi.waitFor(() => expect(daemon.log().some(({ message }) => message === "draining")).toBe(true), 10_000);
  await delay(1_500);
  expect(daemon.stdout()).toBe("");
  limit(1_000);
  await daemon.said("hooked");
  expect(daemon.log().filter(({ message }) => message === "hook failed")).toEqual([]);
});
