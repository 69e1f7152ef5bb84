import type { Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Drainable } from "../drain/phases.ts";
import { hearFirst } from "./hear-first.ts";
import { createHttp1, type HttpOptions } from "./http1.ts";

export type { HttpOptions } from "./http1.ts";

/**
 * Drains a server of `node:http` or `node:https`, and whatever framework stands on it.
 *
 * - `unready`: everything is served, and each connection that stands ends with its next response (`connection: close`), so
 *   that a load balancer or client comes over a new one, elsewhere if it can
 * - `stop-intake`: new requests get 503 with `Retry-After`; connections that are idle since `unready` are closed
 * - `finish`: waits for the requests that are in flight, and then until nobody comes any longer: a server that closes
 *   while requests are on their way resets them
 * - `close`: closes the server, and what is still open when there is no time left. Connections that were upgraded are for
 *   their own protocol to end until then
 *
 * Make it before the server takes requests: what came earlier is not seen.
 */
export const drainHttpServer = (server: Server | TlsServer, options: HttpOptions = {}): Drainable => {
  const [phases, events, opened, end] = createHttp1(options);
  // A TLS server tells of the plain socket first, and of the one that requests come over later.
  hearFirst(server, { ...events, ["setSecureContext" in server ? "secureConnection" : "connection"]: opened });
  return {
    ...phases,
    close: ({ wait }) =>
      new Promise<unknown>((resolve) => {
        server.close(resolve);
        end();
        void wait(Infinity).then(() => {
          end(true);
          // Those from before this was made.
          server.closeAllConnections();
          resolve(null);
        });
      }),
  };
};
