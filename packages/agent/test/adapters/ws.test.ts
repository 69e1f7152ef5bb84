import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { drainHttpServer } from "../../src/adapters/http.ts";
import { drainWebSocketServer } from "../../src/adapters/ws.ts";
import { agentOf, handlerOf } from "../support/agent.ts";
import { GOING, open, serveWebSockets, startTalk } from "../support/web-sockets.ts";

test("each client gets the message and then 1001; the server is closed", async () => {
  const { server, url } = await serveWebSockets();
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
  const { server, url } = await serveWebSockets();
  const agent = agentOf();
  agent.onDrain("ws", drainWebSocketServer(server, { message: GOING, quiet: 100 }));
  const load = await startTalk(server, url);
  await expect.poll(load.answered).toBeGreaterThan(2_000);
  const report = await agent.drain();
  expect(await load.stop()).toMatchObject({ unanswered: 0 });
  expect(report.outcome).toBe("drained");
});

test("a client that does not answer is ended; one that comes late is refused with 503", async () => {
  const { server, url } = await serveWebSockets();
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
  const { server, url } = await serveWebSockets();
  const drainable = drainWebSocketServer(server);
  await drainable["stop-intake"]?.({} as never);
  await drainable.resume?.();
  const client = await open(url);
  expect(client.readyState).toBe(WebSocket.OPEN);
  client.terminate();
  server.close();
});

test("over a server of node:http that is drained as well, each client gets its 1001", async () => {
  const web = createServer((_request, response) => void response.end("ok"));
  const server = new WebSocketServer({ server: web });
  const agent = agentOf({ unready: 50 });
  agent.onDrain("http", drainHttpServer(web, { quiet: 50 }));
  agent.onDrain("ws", drainWebSocketServer(server, { quiet: 50 }));
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const url = `ws://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const clients = await Promise.all(Array.from({ length: 5 }, () => open(url)));
  const codes = Promise.all(clients.map(async (client) => (await once(client, "close"))[0] as number));
  const report = await agent.drain();
  expect(new Set(await codes)).toEqual(new Set([1001]));
  const finish = report.phases.find(({ phase }) => phase === "finish")?.handlers;
  expect(finish?.find(({ name }) => name === "ws")?.notes).toEqual(["5 connections, 0 ended by force"]);
  expect(web.listening).toBe(false);
});

test("a notice that is called off leaves the connections open", async () => {
  const { server, url } = await serveWebSockets();
  const client = await open(url);
  const drainable = drainWebSocketServer(server);
  const context = { signal: AbortSignal.abort(), calledOff: true, remaining: () => 0, wait: async () => {} };
  await drainable.finish?.({ ...context, note: () => {} } as never);
  expect(client.readyState).toBe(WebSocket.OPEN);
  client.terminate();
  server.close();
});
