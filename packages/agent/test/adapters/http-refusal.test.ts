import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { serve } from "../support/http.ts";

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
