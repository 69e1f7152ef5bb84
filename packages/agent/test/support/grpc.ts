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
export const isGone = (error: unknown): boolean => (error as { readonly code: number }).code === status.UNAVAILABLE;
