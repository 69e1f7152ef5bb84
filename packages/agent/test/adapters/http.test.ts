import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test, vi } from "vitest";
import { drainHttpServer } from "../../src/adapters/http.ts";
import { agentOf, handlerOf } from "../support/agent.ts";
import { close, serve } from "../support/http.ts";
import { startLoad } from "../support/load.ts";

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
  expect(handlerOf(report, "finish")?.notes[0]).toMatch(/0 given up, \d+ left, \d+ refused/);
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
  expect(handlerOf(report, "finish")?.notes).toEqual(["1 in flight, 0 given up, 0 left, 0 refused"]);
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
    notes: ["1 in flight, 1 given up, 0 left, 0 refused"],
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
  expect(handlerOf(report, "finish")?.notes).toEqual(["1 in flight, 0 given up, 1 left, 0 refused"]);
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
