import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { drainHttpServer } from "../../src/adapters/http.ts";
import type { Phase } from "../../src/drain/phases.ts";
import { agentOf, reached } from "./agent.ts";

/** A server that is drained over a second of `unready`. */
export async function serve(listener: RequestListener) {
  const server = createServer(listener);
  // Whatever ends a connection here is the drain, not a time-out.
  server.keepAliveTimeout = 0;
  const agent = agentOf({ unready: 1_000 });
  agent.onDrain("http", drainHttpServer(server, { quiet: 200 }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const phase = (name: Phase): Promise<void> => reached(agent, name);
  return { server, agent, url, phase, [Symbol.asyncDispose]: () => close(server) };
}

/** A server on a free port, without an end to its address. */
export async function listening(server: Server): Promise<AsyncDisposable & { readonly url: string }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, [Symbol.asyncDispose]: () => close(server) };
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}
