import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createSend } from "../../src/net/send.ts";

test.each([
  [
    "another protocol in place of an answer",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  ],
  ["a body whose end nobody saw", "HTTP/1.0 200 OK\r\n\r\nTermi"],
  ["headers without a body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"],
  ["nothing", ""],
])("%s is no answer, and is not waited for beyond its time", async (_, bytes) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => void socket.write(bytes));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const reply = await createSend(systemClock)("GET", url, {}, systemClock.now() + 300);
  expect(reply).toMatchObject({ status: 0, body: expect.stringMatching(/^no (HTTP )?answer$/) as string });
  server.close();
});
