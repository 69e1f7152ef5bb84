import { Client, credentials, type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";

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

/** A server with one call, and clients that share no connection. */
export async function serveGrpc(
  say: handleUnaryCall<string, string>,
): Promise<{ readonly server: Server; readonly clientOf: () => Client }> {
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

export const call = (client: Client): Promise<string> =>
  new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, text.encode, text.decode, "hello", (error, value) =>
      error === null ? resolve(value ?? "") : reject(error),
    );
  });

/** No connection could be made any longer: the call was never taken. */
const isGone = (error: unknown): boolean => (error as { readonly code: number }).code === status.UNAVAILABLE;

/** Calls without a pause, side by side: 20 clients, ten calls each. Each ends with its first call that is not answered. */
export function startCalls(clientOf: () => Client) {
  const lost: unknown[] = [];
  const latencies: number[] = [];
  let [served, gone, keeping] = [0, 0, false];
  const lane = async (client: Client): Promise<void> => {
    for (;;) {
      const began = performance.now();
      try {
        await call(client);
      } catch (error) {
        if (isGone(error)) gone += 1;
        else lost.push(error);
        return;
      }
      served += 1;
      if (keeping) latencies.push(performance.now() - began);
    }
  };
  const clients = Array.from({ length: 20 }, clientOf);
  const lanes = clients.flatMap((client) => Array.from({ length: 10 }, () => lane(client)));
  return {
    served: () => served,
    /** From now on latencies count. */
    draining: () => void (keeping = true),
    /** Resolves when all have ended. */
    async ended() {
      await Promise.all(lanes);
      for (const client of clients) client.close();
      return { lost, gone, latencies };
    },
  };
}
