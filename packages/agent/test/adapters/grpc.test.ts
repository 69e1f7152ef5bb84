import { Client, credentials, type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { expect, test, vi } from "vitest";
import { drainGrpcServer } from "../../src/adapters/grpc.ts";
import { agentOf, handlerOf } from "../support/agent.ts";

const path = "/test.Echo/Say";
const text = { encode: (value: string) => Buffer.from(value), decode: (bytes: Buffer) => bytes.toString() };
const definition = {
  say: {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: text.encode,
    requestDeserialize: text.decode,
    responseSerialize: text.encode,
    responseDeserialize: text.decode,
  },
} as const;

async function serve(say: handleUnaryCall<string, string>) {
  const server = new Server();
  server.addService(definition, { say });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    server,
    clientOf: () =>
      new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 }),
  };
}

const call = (client: Client): Promise<string> =>
  new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, text.encode, text.decode, "hello", (error, value) =>
      error === null ? resolve(value ?? "") : reject(error),
    );
  });

test("under load a drain loses no call", async () => {
  const { server, clientOf } = await serve((incoming, callback) => {
    setTimeout(() => callback(null, incoming.request), 5 + Math.random() * 20);
  });
  const agent = agentOf();
  const health: string[] = [];
  agent.onDrain("grpc", drainGrpcServer(server, { health: { setStatus: (_service, now) => health.push(now) } }));
  let [served, gone] = [0, 0];
  const lost: unknown[] = [];
  const lane = async (client: Client): Promise<void> => {
    for (;;) {
      try {
        await call(client);
        served += 1;
      } catch (error) {
        // No connection could be made any longer: the call was never taken.
        if ((error as { code: number }).code === status.UNAVAILABLE) gone += 1;
        else lost.push(error);
        return;
      }
    }
  };
  const clients = Array.from({ length: 20 }, clientOf);
  const lanes = clients.flatMap((client) => Array.from({ length: 10 }, () => lane(client)));
  await vi.waitFor(() => expect(served).toBeGreaterThan(400), { timeout: 20_000 });
  const report = await agent.drain();
  await Promise.all(lanes);
  for (const client of clients) client.close();
  expect(lost).toEqual([]);
  expect([gone, report.outcome]).toEqual([200, "drained"]);
});

test("unready tells the health service; calls that run come to their end", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { server, clientOf } = await serve((incoming, callback) => arrive(() => callback(null, incoming.request)));
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
  const { server, clientOf } = await serve(() => arrive());
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
