import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { drainHttpServer } from "../../src/adapters/http.ts";
import type { Phase } from "../../src/drain/phases.ts";
import { agentOf, handlerOf, reached } from "../support/agent.ts";
import { startLoad } from "../support/load.ts";

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  // Whatever ends a connection here is the drain, not a time-out.
  server.keepAliveTimeout = 0;
  const agent = agentOf({ unready: 1_000 });
  agent.onDrain("http", drainHttpServer(server, { quiet: 200 }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const phase = (name: Phase): Promise<void> => reached(agent, name);
  return { server, agent, url, phase, [Symbol.asyncDispose]: () => close(server) };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}

test("under load, over 200 kept connections, a drain loses no request", async () => {
  await using set = await serve(
    (_request, response) => void setTimeout(() => response.end("ok"), 5 + Math.random() * 20),
  );
  const load = startLoad({ url: set.url });
  await vi.waitFor(() => expect(load.served()).toBeGreaterThan(400), { timeout: 20_000 });
  const report = await set.agent.drain();
  const { lost, served, refused, unreached } = await load.stop();
  expect(lost).toEqual([]);
  expect(report.outcome).toBe("drained");
  expect(served).toBeGreaterThan(400);
  expect(refused + unreached).toBe(200);
  expect(handlerOf(report, "finish")?.notes[0]).toMatch(/0 given up by clients, \d+ refused/);
});

test("unready, it serves and ends each connection; then it refuses with Retry-After; then it is gone", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  expect((await fetch(set.url)).headers.get("connection")).toBe("keep-alive");
  const stopped = set.phase("finish");
  const hold = set.agent.onDrain("more", () => new Promise((resolve) => setTimeout(resolve, 500)));
  const unreadied = set.phase("unready");
  const drained = set.agent.drain();
  await unreadied;
  await new Promise((resolve) => setImmediate(resolve));
  const unready = await fetch(set.url);
  expect([unready.status, unready.headers.get("connection"), set.agent.ready()]).toEqual([200, "close", false]);
  await stopped;
  const refused = await fetch(set.url, { method: "POST", body: "x" });
  expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("connection")]).toEqual([
    503,
    "5",
    "close",
  ]);
  await drained;
  await expect(fetch(set.url)).rejects.toThrow("fetch failed");
  hold();
});

test("a request in flight is finished, and its connection ends with it", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using set = await serve((_request, response) => arrive(() => response.end("late")));
  const response = fetch(set.url);
  const answer = await arrived;
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  answer();
  expect([await (await response).text(), (await response).headers.get("connection")]).toEqual(["late", "close"]);
  const report = await drained;
  expect(handlerOf(report, "finish")?.notes).toEqual(["1 in flight, 1 served, 0 given up by clients, 0 refused"]);
});

test("a client that asks before it sends its body is answered, before a drain and while it goes on", async () => {
  await using set = await serve((incoming, response) => void text(incoming).then((body) => response.end(body)));
  const ask = async (): Promise<readonly [number | undefined, string]> => {
    const sent = request(set.url, { method: "POST", headers: { expect: "100-continue" }, agent: false });
    sent.once("continue", () => sent.end("whole"));
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return [response.statusCode, await text(response)];
  };
  expect(await ask()).toEqual([200, "whole"]);
  const unready = set.phase("unready");
  const drained = set.agent.drain();
  await unready;
  expect(await ask()).toEqual([200, "whole"]);
  await drained;
});

test("a request that asked first, of an application that answers that itself, is counted once and finished", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using set = await serve((_incoming, response) => arrive(() => response.end("late")));
  set.server.on("checkContinue", (incoming: IncomingMessage, response: ServerResponse) => {
    setTimeout(() => {
      response.writeContinue();
      set.server.emit("request", incoming, response);
    }, 1_500);
  });
  const sent = request(set.url, { method: "POST", headers: { expect: "100-continue" }, agent: false });
  sent.once("continue", () => sent.end("x"));
  sent.flushHeaders();
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  await new Promise((resolve) => setTimeout(resolve, 200));
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  // By now others are refused.
  expect((await fetch(set.url)).status).toBe(503);
  (await arrived)();
  expect((await answered)[0].statusCode).toBe(200);
  expect(handlerOf(await drained, "finish")?.notes).toEqual([
    "1 in flight, 1 served, 0 given up by clients, 1 refused",
  ]);
});

test("a client that gives up is counted, and not waited for", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  await using set = await serve(() => arrive());
  const sent = request(set.url);
  sent.on("error", () => {});
  sent.end();
  await arrived;
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  sent.destroy();
  expect(handlerOf(await drained, "finish")).toMatchObject({
    outcome: "done",
    notes: ["1 in flight, 0 served, 1 given up by clients, 0 refused"],
  });
});

test("what does not end in time is cut off and told", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const server = createServer(() => arrive());
  const agent = agentOf({ unready: 0, finish: 100 });
  agent.onDrain("http", drainHttpServer(server), { budget: 100 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const response = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  response.catch(() => {});
  await arrived;
  const report = await agent.drain();
  await expect(response).rejects.toThrow("fetch failed");
  expect(report.outcome).toBe("cut-off");
  expect(handlerOf(report, "finish")?.notes).toContain("1 cut off");
  expect(server.listening).toBe(false);
});

test("idle and unused connections do not hold up the end", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  const port = Number(new URL(set.url).port);
  const unused = connect(port, "127.0.0.1");
  const idle = connect(port, "127.0.0.1");
  idle.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(idle, "data");
  const ends = Promise.all([once(unused.resume(), "close"), once(idle.resume(), "close")]);
  expect((await set.agent.drain()).outcome).toBe("drained");
  await ends;
});

test("idle connections are closed as soon as intake stops, while others are still served", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using set = await serve((incoming, response) => {
    if (incoming.url === "/slow") arrive(() => response.end("late"));
    else response.end("ok");
  });
  const idle = connect(Number(new URL(set.url).port), "127.0.0.1");
  idle.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(idle, "data");
  const slow = fetch(new URL("/slow", set.url));
  const answer = await arrived;
  const drained = set.agent.drain();
  await once(idle.resume(), "close");
  expect(set.agent.status().state).toBe("draining");
  answer();
  expect(await (await slow).text()).toBe("late");
  await drained;
});

test("a client that sends all of a long body before it reads still has its 503", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  const finishing = set.phase("finish");
  const release = set.agent.onDrain("more", () => new Promise((resolve) => setTimeout(resolve, 2_000)));
  const drained = set.agent.drain();
  await finishing;
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1").pause();
  const size = 30_000_000;
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(Buffer.alloc(size), () => resolve());
  });
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 /);
  await drained;
  release();
});

test("a request that is refused while its body is still coming has its 503 when that is whole", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  const sent = request(set.url, { method: "POST", agent: false });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.write("begun");
  // Longer than it takes to be thought that nobody comes any longer.
  setTimeout(() => sent.end("whole"), 1_000);
  expect((await answered)[0].statusCode).toBe(503);
  await drained;
});

test("a connection that becomes another's while the others are told to end is left alone", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  set.server.on("upgrade", (_request, socket: Socket) => {
    socket.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    socket.on("data", (data: Buffer) => socket.write(`echo ${data.toString()}`));
  });
  const port = Number(new URL(set.url).port);
  const all = await Promise.all(
    Array.from({ length: 41 }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
      await once(socket, "data");
      return socket;
    }),
  );
  const last = all.at(-1);
  if (last === undefined) throw new Error("no connection");
  const [unready, finishing] = [set.phase("unready"), set.phase("finish")];
  const drained = set.agent.drain();
  await unready;
  last.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
  await once(last, "data");
  await finishing;
  last.write("hello");
  expect(String((await once(last, "data"))[0])).toBe("echo hello");
  await drained;
});

test("pipelined requests are all answered", async () => {
  const answers: (() => void)[] = [];
  await using set = await serve((incoming, response) => void answers.push(() => response.end(incoming.url)));
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n");
  const received = text(socket);
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  for (const answer of answers) answer();
  await drained;
  expect(await received).toMatch(/keep-alive[^]*\/1[^]*Connection: close[^]*\/2/i);
});

test("what is pipelined behind a request that was told to end its connection is answered too", async () => {
  const answers: (() => void)[] = [];
  await using set = await serve((incoming, response) => void answers.push(() => response.end(`for ${incoming.url}`)));
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  const received = text(socket);
  socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  const unready = set.phase("unready");
  const drained = set.agent.drain();
  await unready;
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write("GET /2 HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  for (const answer of answers) answer();
  await drained;
  expect(await received).toMatch(/for \/1[^]*connection: close[^]*for \/2/i);
});

test.each(["upgrade", "connect"])(
  "a connection that %s made another's ends with the server, and not before",
  async (event) => {
    await using set = await serve((_request, response) => void response.end("ok"));
    set.server.on(event, (_request, socket: Socket) => {
      socket.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
      socket.on("data", (data: Buffer) => socket.write(`echo ${data.toString()}`));
    });
    const { port } = new URL(set.url);
    const socket = connect(Number(port), "127.0.0.1");
    const method = event === "connect" ? `CONNECT x:1 HTTP/1.1` : "GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: x";
    socket.write(`${method}\r\nhost: x\r\n\r\n`);
    await once(socket, "data");
    const finishing = set.phase("finish");
    const release = set.agent.onDrain("more", () => new Promise((resolve) => setTimeout(resolve, 300)));
    const drained = set.agent.drain();
    await finishing;
    socket.write("hello");
    expect(String((await once(socket, "data"))[0])).toBe("echo hello");
    const closed = once(socket.resume(), "close");
    const late = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
    late.write(`${method}\r\nhost: x\r\n\r\n`);
    expect(String((await once(late, "data"))[0])).toMatch(/^HTTP\/1.1 503 /);
    const report = await drained;
    await closed;
    expect(report.outcome).toBe("drained");
    expect(report.phases.find(({ phase }) => phase === "close")?.ms).toBeLessThan(1_000);
    late.destroy();
    release();
  },
);

test("an upgrade that is refused behind a request waits for that one's answer", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using set = await serve((_request, response) => arrive(() => response.end("late")));
  set.server.on("upgrade", () => {});
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  const received = text(socket);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const answer = await arrived;
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  socket.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 100));
  answer();
  expect(await received).toMatch(/^HTTP\/1.1 200 [^]*late/);
  await drained;
});

test("a notice that is cancelled: it serves again, over kept connections", async () => {
  const server = createServer((_request, response) => void response.end("ok"));
  const drainable = drainHttpServer(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const context = { signal: new AbortController().signal, remaining: () => 0, wait: () => Promise.resolve() } as never;
  await drainable.unready?.(context);
  await drainable["stop-intake"]?.(context);
  expect((await fetch(url)).status).toBe(503);
  await drainable.resume?.();
  const again = await fetch(url);
  expect([again.status, again.headers.get("connection")]).toEqual([200, "keep-alive"]);
  await close(server);
});
