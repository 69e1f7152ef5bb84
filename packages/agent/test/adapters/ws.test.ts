import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { drainWebSocketServer } from "../../src/adapters/ws.ts";
import { agentOf, handlerOf } from "../support/agent.ts";

async function serve() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function open(url: string): Promise<WebSocket> {
  const client = new WebSocket(url);
  await once(client, "open");
  return client;
}

test("each client gets the message and then 1001; the server is closed", async () => {
  const { server, url } = await serve();
  const clients = await Promise.all(Array.from({ length: 50 }, () => open(url)));
  const heard = clients.map(async (client) => {
    const [[message], [code]] = await Promise.all([once(client, "message"), once(client, "close")]);
    return `${message} ${code}`;
  });
  const agent = agentOf();
  agent.onDrain("ws", drainWebSocketServer(server, { message: `{"type":"going-away"}` }));
  const report = await agent.drain();
  expect(new Set(await Promise.all(heard))).toEqual(new Set([`{"type":"going-away"} 1001`]));
  expect(handlerOf(report, "finish")).toMatchObject({ outcome: "done", notes: ["50 connections, 0 ended by force"] });
  expect(server.address()).toBeNull();
});

test("under load, clients that stop at the message have the answers to all that they asked", async () => {
  const { server, url } = await serve();
  server.on("connection", (socket) =>
    socket.on("message", (data) => setTimeout(() => socket.send(`re: ${String(data)}`), 5 + Math.random() * 20)),
  );
  const agent = agentOf();
  agent.onDrain("ws", drainWebSocketServer(server, { message: "going away", quiet: 100 }));
  let [asked, answered] = [0, 0];
  const talk = async (client: WebSocket): Promise<void> => {
    let stop = false;
    const ask = (): void => {
      if (stop) return;
      asked += 1;
      client.send("hello");
    };
    client.on("message", (data) => {
      if (String(data) === "going away") return void (stop = true);
      answered += 1;
      ask();
    });
    ask();
    await once(client, "close");
  };
  const clients = await Promise.all(Array.from({ length: 200 }, () => open(url)));
  const talks = clients.map(talk);
  await expect.poll(() => answered).toBeGreaterThan(2_000);
  const report = await agent.drain();
  await Promise.all(talks);
  expect(report.outcome).toBe("drained");
  expect(asked - answered).toBe(0);
});

test("a client that does not answer is ended; one that comes late is refused with 503", async () => {
  const { server, url } = await serve();
  const deaf = await open(url);
  deaf.pause();
  const agent = agentOf({ unready: 0, finish: 500 });
  agent.onDrain("ws", drainWebSocketServer(server));
  const drained = agent.drain();
  await new Promise<void>((resolve) => void agent.on("phase", (phase) => phase === "finish" && resolve()));
  const late = new WebSocket(url);
  const [, response] = (await once(late, "unexpected-response")) as [unknown, { statusCode: number; headers: object }];
  late.on("error", () => {});
  late.terminate();
  expect([response.statusCode, response.headers]).toMatchObject([503, { "retry-after": "5" }]);
  const report = await drained;
  expect(handlerOf(report, "finish")).toMatchObject({ outcome: "cut-off", notes: ["1 connections, 1 ended by force"] });
  deaf.terminate();
});

test("resumed, it takes connections again", async () => {
  const { server, url } = await serve();
  const drainable = drainWebSocketServer(server);
  await drainable["stop-intake"]?.({} as never);
  await drainable.resume?.();
  const client = await open(url);
  expect(client.readyState).toBe(WebSocket.OPEN);
  client.terminate();
  server.close();
});
