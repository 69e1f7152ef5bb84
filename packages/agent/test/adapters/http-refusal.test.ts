import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { drainHttpServer } from "../../src/adapters/http.ts";
import type { DrainContext } from "../../src/drain/phases.ts";
import { agentOf, reached } from "../support/agent.ts";
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

test("a request that lasts longer than many quiet spells does not end the wait for those that still come", async () => {
  const answers: (() => void)[] = [];
  const server = createServer((_request, response) => void answers.push(() => response.end("ok")));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const agent = agentOf({ unready: 100 });
  agent.onDrain("http", drainHttpServer(server, { quiet: 50 }));
  const status = (): Promise<number> => fetch(url).then((response) => response.status);
  const slow = status();
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  const finishing = reached(agent, "finish");
  const drained = agent.drain();
  await finishing;
  await new Promise((resolve) => setTimeout(resolve, 800));
  answers[0]?.();
  expect(await slow).toBe(200);
  for (let times = 0; times < 5; times++) expect(await status()).toBe(503);
  await drained;
});

test("where the notice is called off, whoever was not told yet stays", async () => {
  await using set = await serve((_request, response) => void response.end("ok"));
  const drain = drainHttpServer(set.server);
  const sockets = Array.from({ length: 10 }, () => connect(Number(new URL(set.url).port), "127.0.0.1"));
  const ask = async (socket: Socket): Promise<string> => {
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    return String((await once(socket, "data"))[0]);
  };
  await Promise.all(sockets.map(ask));
  let turns = 0;
  const context = {
    calledOff: false,
    remaining: () => 1_000 - turns * 100,
    async wait() {
      turns += 1;
      context.calledOff = turns === 3;
    },
  };
  await drain.unready?.(context as unknown as DrainContext);
  const answers = await Promise.all(sockets.map(ask));
  expect(answers.filter((answer) => /connection: close/i.test(answer)).length).toBeLessThan(5);
});
