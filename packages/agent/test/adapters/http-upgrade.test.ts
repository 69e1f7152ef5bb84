import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { serve } from "../support/http.ts";

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
