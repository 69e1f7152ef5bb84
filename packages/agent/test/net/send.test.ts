import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createBareSend } from "../../src/net/bare.ts";
import { type Reply, createSend } from "../../src/net/send.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function urlOf(server: Server): Promise<URL> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/path?and=more`);
}

/** A server that answers each request with these bytes, one after another. */
const answering = (...parts: readonly string[]): Server & { readonly sockets: Set<Socket> } => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      parts.forEach((part, at) => setTimeout(() => void (socket.destroyed || socket.write(part)), at * 20));
    });
  });
  return Object.assign(server, { sockets });
};

describe.each([
  ["node:http", createSend],
  ["bare connections", createBareSend],
])("over %s", (_, create) => {
  const ask = async (url: URL, ms = 5_000): Promise<Reply> =>
    create(systemClock)("GET", url, {}, systemClock.now() + ms);

  test.each([
    [
      "another protocol in place of an answer",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ],
    ["a body whose end nobody saw", "HTTP/1.0 200 OK\r\n\r\nTermi"],
    ["headers without a body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"],
    ["chunks without an end", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nTermi\r\n"],
    ["nothing", ""],
  ])("%s is no answer, and is not waited for beyond its time", async (__, bytes) => {
    const reply = await ask(await urlOf(answering(bytes)), 300);
    expect(reply).toMatchObject({ status: 0, body: expect.stringMatching(/^no (HTTP )?answer$/) as string });
  });

  test.each([
    ["at once", ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\nDate: today\r\n\r\nInService"]],
    ["in pieces", ["HTTP/1.1 200", " OK\r\nDATE: today\r\ncontent-length:9\r", "\n\r\nInSer", "vice"]],
    [
      "in chunks",
      [
        "HTTP/1.1 200 OK\r\ndate: today\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nIn\r",
        "\n7\r\nService\r\n0\r\n\r\n",
      ],
    ],
  ])("an answer that comes %s", async (__, parts) => {
    const reply = await ask(await urlOf(answering(...parts)));
    expect(reply).toEqual({ status: 200, date: "today", body: "InService" });
  });

  test("an answer whose end is that of the connection", async () => {
    const server = createServer((socket) => {
      socket.once("data", () => void socket.end("HTTP/1.0 404 Not Found\r\n\r\nnothing here"));
    });
    expect(await ask(await urlOf(server))).toMatchObject({ status: 404, body: "nothing here" });
  });

  test("a connection that is closed in place of an answer says so at once", async () => {
    const server = createServer((socket) => void socket.once("data", () => void socket.destroy()));
    expect(await ask(await urlOf(server))).toMatchObject({ status: 0 });
  });

  test("an answer without an end is not kept", async () => {
    const endless = `HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n${"x".repeat(70_000)}`;
    expect(await ask(await urlOf(answering(endless)))).toEqual({ status: 0, body: "too long", code: null });
  });

  test("nobody listens: the system's code is told", async () => {
    const url = await urlOf(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await ask(url)).toMatchObject({ status: 0, code: "ECONNREFUSED" });
  });

  test("one connection serves until the server closes it; then there is another", async () => {
    const seen: string[] = [];
    const server = createHttpServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${String(request.headers["x-token"])} ${request.socket.remotePort}`);
      response.setHeader("connection", seen.length === 2 ? "close" : "keep-alive").end("x");
    });
    const url = await urlOf(server);
    const send = create(systemClock);
    for (const method of ["PUT", "GET", "GET", "GET"] as const) {
      const reply = await send(method, url, { "x-token": "t" }, systemClock.now() + 5_000);
      expect(reply).toMatchObject({ status: 200, body: "x" });
    }
    expect(seen.map((line) => line.replace(/ \d+$/, ""))).toEqual(
      ["PUT", "GET", "GET", "GET"].map((method) => `${method} /a/path?and=more t`),
    );
    const [first, second, third, fourth] = seen.map((line) => line.split(" ").at(-1));
    expect([second, fourth]).toEqual([first, third]);
    expect(third).not.toBe(first);
    server.closeAllConnections();
  });
});
