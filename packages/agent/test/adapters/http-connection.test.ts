import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { serve } from "../support/http.ts";

const GET = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

test.each<readonly [string, (response: ServerResponse) => unknown]>([
  ["says nothing of headers", (response) => response.end("ok")],
  ["sets others", (response) => response.setHeader("x", "y").end("ok")],
  ["writes others", (response) => response.writeHead(200, { x: "y" }).end("ok")],
  ["writes a list of others", (response) => response.writeHead(200, ["x", "y"]).end("ok")],
  ["streams", (response) => void (response.write("o"), response.end("k"))],
])("unready, a connection is told to end and ends where the application %s", async (_, answer) => {
  await using set = await serve((_request, response) => void answer(response));
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  socket.write(GET);
  expect(String((await once(socket, "data"))[0])).toMatch(/connection: keep-alive/i);
  const unready = set.phase("unready");
  const drained = set.agent.drain();
  await unready;
  await new Promise((resolve) => setImmediate(resolve));
  const received = text(socket);
  socket.write(GET);
  expect(await received).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i);
  expect(set.agent.status().phases[0]).toMatchObject({ state: "running" });
  await drained;
});

test("a connection that the application keeps has its 503, and is not closed as one that was idle", async () => {
  await using set = await serve((_request, response) => {
    response.setHeader("connection", "keep-alive");
    response.end("ok");
  });
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  let received = "";
  socket.on("data", (data: Buffer) => (received += data.toString()));
  const ask = async (): Promise<void> => {
    received = "";
    socket.write(GET);
    await vi.waitFor(() => expect(received).toContain("HTTP/1.1"));
  };
  await ask();
  const [unready, finishing] = [set.phase("unready"), set.phase("finish")];
  const drained = set.agent.drain();
  await unready;
  await new Promise((resolve) => setImmediate(resolve));
  await ask();
  expect(received).toMatch(/200 OK[^]*connection: keep-alive/i);
  await finishing;
  await ask();
  expect(received).toMatch(/503 [^]*retry-after: 5[^]*connection: close/i);
  await drained;
});

test("connections are told to end in turns, over most of unready", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  const sockets = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
      socket.write(GET);
      await once(socket, "data");
      return socket;
    }),
  );
  const unready = set.phase("unready");
  const drained = set.agent.drain();
  await unready;
  const began = performance.now();
  const ends = await Promise.all(
    sockets.map(async (socket) => {
      const asking = setInterval(() => socket.write(GET), 10);
      await once(socket.resume(), "end");
      clearInterval(asking);
      return performance.now() - began;
    }),
  );
  // A second of `unready`, less what is for putting away: the last of ten begins at nine tenths of four fifths of it.
  expect(Math.min(...ends)).toBeLessThan(150);
  expect(Math.max(...ends)).toBeGreaterThan(500);
  expect(new Set(ends.map((ms) => Math.floor(ms / 150))).size).toBeGreaterThan(3);
  await drained;
});
