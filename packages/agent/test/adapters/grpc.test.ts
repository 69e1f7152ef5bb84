import { expect, test, vi } from "vitest";
import { drainGrpcServer } from "../../src/adapters/grpc.ts";
import { agentOf, handlerOf, reached } from "../support/agent.ts";
import { call, serveGrpc, startCalls } from "../support/grpc.ts";

test("under load a drain loses no call", async () => {
  const { server, clientOf } = await serveGrpc((incoming, callback) => {
    setTimeout(() => callback(null, incoming.request), 5 + Math.random() * 20);
  });
  const agent = agentOf();
  const health: string[] = [];
  agent.onDrain("grpc", drainGrpcServer(server, { health: { setStatus: (_service, now) => health.push(now) } }));
  const calls = startCalls(clientOf);
  await vi.waitFor(() => expect(calls.served()).toBeGreaterThan(400), { timeout: 20_000 });
  const report = await agent.drain();
  const { lost, gone } = await calls.ended();
  expect(lost).toEqual([]);
  expect([gone, report.outcome]).toEqual([200, "drained"]);
});

test("unready tells the health service; calls that run come to their end", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { server, clientOf } = await serveGrpc((incoming, callback) => arrive(() => callback(null, incoming.request)));
  const health: string[] = [];
  const agent = agentOf({ unready: 50 });
  agent.onDrain("grpc", drainGrpcServer(server, { health: { setStatus: (_service, now) => health.push(now) } }));
  const client = clientOf();
  const inFlight = call(client);
  const answer = await arrived;
  const drained = agent.drain();
  await new Promise<void>((resolve) => void agent.on("phase", (phase) => phase === "finish" && resolve()));
  answer();
  expect([await inFlight, (await drained).outcome, health]).toEqual(["hello", "drained", ["NOT_SERVING"]]);
  client.close();
});

test("a call that does not end is cut off and told", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { server, clientOf } = await serveGrpc(() => arrive());
  const agent = agentOf({ unready: 0, finish: 300 });
  agent.onDrain("grpc", drainGrpcServer(server));
  const client = clientOf();
  const inFlight = call(client);
  inFlight.catch(() => {});
  await arrived;
  const report = await agent.drain();
  await expect(inFlight).rejects.toThrow(/UNAVAILABLE|CANCELLED/);
  expect(handlerOf(report, "finish")).toMatchObject({ outcome: "cut-off", notes: ["calls were cut off"] });
  client.close();
});

test("the health service serves again where the notice is called off in time; once it shuts there is no way back", () => {
  const health: string[] = [];
  const server = { tryShutdown: (done: () => void) => done(), forceShutdown: () => {} };
  const drainable = drainGrpcServer(server, { health: { setStatus: (_service, now) => health.push(now) } });
  void drainable.unready?.({} as never);
  void drainable.resume?.();
  expect(health).toEqual(["NOT_SERVING", "SERVING"]);
  void drainable.finish?.({ signal: new AbortController().signal, note: () => {} } as never);
  expect(drainable.resume).toBeUndefined();
});

test("a call that runs while the notice is called off, or a drill gives way, is not cut off", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { server, clientOf } = await serveGrpc((incoming, callback) => arrive(() => callback(null, incoming.request)));
  const agent = agentOf();
  agent.onDrain("grpc", drainGrpcServer(server));
  const client = clientOf();
  const inFlight = call(client);
  const answer = await arrived;
  const finishing = reached(agent, "finish");
  void agent.drain({ drill: true });
  await finishing;
  const drained = agent.drain();
  await reached(agent, "finish");
  answer();
  expect([await inFlight, (await drained).outcome]).toEqual(["hello", "drained"]);
  client.close();
});
