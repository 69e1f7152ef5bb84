import { once } from "node:events";
import { request, type RequestOptions } from "node:https";
import {
  connect,
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { drainHttp2Server } from "../../src/adapters/http2.ts";
import type { Budgets } from "../../src/drain/budgets.ts";
import { text } from "node:stream/consumers";
import type { ClientRequest, IncomingMessage } from "node:http";
import { connect as connectTls } from "node:tls";
import { agentOf, handlerOf, reached } from "../support/agent.ts";
import { certificate } from "../support/tls.ts";
import { get, startHttp2Load } from "../support/load-http2.ts";

async function serve(work: () => Promise<void>, budgets: Budgets = { unready: 300 }) {
  const server = createServer((_request, response) => void work().then(() => response.end("ok")));
  const agent = agentOf(budgets);
  agent.onDrain("http2", drainHttp2Server(server, { quiet: 200 }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, agent, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a drain under load loses no stream", async () => {
  const { agent, url } = await serve(() => new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20)));
  const load = startHttp2Load(url);
  await vi.waitFor(() => expect(load.served()).toBeGreaterThan(400), { timeout: 20_000 });
  const report = await agent.drain();
  const { lost, served, refused, unreached } = await load.stop();
  expect(lost).toEqual([]);
  expect(served).toBeGreaterThan(400);
  expect(refused + unreached).toBe(200);
  expect(report.outcome).toBe("drained");
});

test("GOAWAY is told while unready, and what comes over the session is served", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { agent, url } = await serve(() => new Promise<void>((resolve) => arrive(resolve)));
  const session = connect(url);
  const inFlight = get(session);
  const answer = await arrived;
  const goaway = once(session, "goaway");
  const drained = agent.drain();
  expect((await goaway).slice(0, 2)).toEqual([0, 2 ** 31 - 1]);
  answer();
  expect(await inFlight).toBe(200);
  expect((await drained).outcome).toBe("drained");
});

test("streams that do not end are cut off and told", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const hangs = (): Promise<never> => {
    arrive();
    return new Promise(() => {});
  };
  const { agent, url, server } = await serve(hangs, { unready: 0, finish: 200 });
  const session = connect(url);
  session.on("error", () => {});
  const inFlight = get(session);
  inFlight.catch(() => {});
  await arrived;
  const report = await agent.drain();
  await expect(inFlight).rejects.toThrow("closed");
  expect(report.outcome).toBe("cut-off");
  expect(handlerOf(report, "finish")?.notes).toContain("1 cut off");
  expect(server.listening).toBe(false);
});

/** A server of both, and one that asks it by HTTP/1.1. */
async function serveBoth(listener: (incoming: Http2ServerRequest, response: Http2ServerResponse) => void) {
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, listener);
  const agent = agentOf({ unready: 300 });
  agent.onDrain("http2", drainHttp2Server(server, { quiet: 200 }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const send = (path: string, more: RequestOptions = {}): ClientRequest =>
    request({ port, path, host: "127.0.0.1", rejectUnauthorized: false, agent: false, ...more });
  const answer = async (sent: ClientRequest): Promise<IncomingMessage> =>
    ((await once(sent, "response")) as [IncomingMessage])[0];
  return { server, agent, port, send, answer };
}

test("clients of HTTP/1.1, where they are let in, are finished, refused and ended too", async () => {
  const answers: (() => void)[] = [];
  const { server, agent, send, answer } = await serveBoth((incoming, response) => {
    if (incoming.url === "/slow") answers.push(() => response.end("late"));
    else response.end("ok");
  });
  const slow = answer(send("/slow").end());
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  const finishing = reached(agent, "finish");
  const drained = agent.drain();
  await finishing;
  const refused = await answer(send("/").end());
  expect([refused.statusCode, refused.headers["retry-after"], refused.headers.connection]).toEqual([503, "5", "close"]);
  refused.resume();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(agent.status().state).toBe("draining");
  answers[0]?.();
  expect([await text(await slow), (await slow).headers.connection]).toEqual(["late", "close"]);
  const report = await drained;
  expect(report.outcome).toBe("drained");
  expect(handlerOf(report, "finish")?.notes).toEqual([
    "1 in flight, 0 given up, 0 left, 1 refused",
    "0 streams open, 0 served, 0 given up, 0 refused",
  ]);
  expect(server.listening).toBe(false);
});

test("one of HTTP/1.1 that asks first, of an application that answers that itself, is waited for", async () => {
  const { server, agent, send, answer } = await serveBoth((_incoming, response) => void response.end("late"));
  server.on("checkContinue", (incoming: Http2ServerRequest, response: Http2ServerResponse) => {
    setTimeout(() => {
      response.writeContinue();
      server.emit("request", incoming, response);
    }, 1_500);
  });
  const sent = send("/", { method: "POST", headers: { expect: "100-continue" } });
  sent.once("continue", () => sent.end("x"));
  sent.flushHeaders();
  const answered = answer(sent);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const report = agent.drain();
  expect((await answered).statusCode).toBe(200);
  expect((await report).outcome).toBe("drained");
});

test("pipelined requests of HTTP/1.1 are all answered, also what came behind one that was told to end", async () => {
  const answers: (() => void)[] = [];
  const { agent, port } = await serveBoth(
    (incoming, response) => void answers.push(() => response.end(`answer to ${incoming.url}`)),
  );
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  const received = text(socket);
  const ask = (path: string): unknown => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  ask("/1");
  ask("/2");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  const unready = reached(agent, "unready");
  const drained = agent.drain();
  await unready;
  ask("/3");
  await vi.waitFor(() => expect(answers).toHaveLength(3));
  for (const answer of answers) answer();
  await drained;
  expect((await received).match(/answer to \/\d/g)).toEqual(["answer to /1", "answer to /2", "answer to /3"]);
});
