import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { serve } from "../support/http.ts";

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

test("what is refused behind a request in flight has its 503 when that one is answered", async () => {
  const answers: (() => void)[] = [];
  await using set = await serve((incoming, response) => {
    response.write("begun ");
    answers.push(() => response.end(`for ${incoming.url}`));
  });
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  const received = text(socket);
  socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  socket.write("POST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody");
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const answer of answers) answer();
  expect(await received).toMatch(/200 OK[^]*begun [^]*for \/1[^]*HTTP\/1\.1 503 [^]*connection: close/);
  await drained;
});

test("a client that pipelines and goes away holds nothing up", async () => {
  let asked = 0;
  await using set = await serve(() => void (asked += 1));
  const socket = connect(Number(new URL(set.url).port), "127.0.0.1");
  socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(asked).toBe(2));
  socket.destroy();
  const { phases } = await set.agent.drain();
  const finish = phases.find(({ phase }) => phase === "finish");
  expect(finish?.handlers).toMatchObject([{ outcome: "done" }]);
});
