import type { Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Drainable } from "../drain/phases.ts";
import { interceptEvents } from "./intercept-events.ts";
import { createHttp1, type HttpOptions } from "./http1.ts";

export type { HttpOptions } from "./http1.ts";

/**
 * Drains a server of `node:http` or `node:https`, and any framework on top of it.
 *
 * - `unready`: serves all requests. Each open connection is closed with its next response (`connection: close`), so
 *   that the load balancer or client opens a new one, to another instance if it can
 * - `stop-intake`: answers new requests with 503 and `Retry-After`. Closes the connections that have been idle since
 *   `unready`
 * - `finish`: waits for the requests in flight, and then until no new ones arrive: a server that closes while requests
 *   are on their way resets their connections
 * - `close`: closes the server, and all remaining connections when there is no time left. Until then, upgraded
 *   connections are left to their own protocol
 *
 * Call it before the server takes requests: earlier requests are not counted.
 */
export const drainHttpServer = (server: Server | TlsServer, options: HttpOptions = {}): Drainable => {
  const [phases, events, opened, end] = createHttp1(options);
  // A TLS server emits `connection` for the plain socket, and `secureConnection` for the socket that requests use.
  interceptEvents(server, { ...events, ["setSecureContext" in server ? "secureConnection" : "connection"]: opened });
  return {
    ...phases,
    close: ({ wait }) =>
      new Promise<unknown>((resolve) => {
        server.close(resolve);
        end();
        void wait(Infinity).then(() => {
          end(true);
          // Also connections that were opened before this drainable was made.
          server.closeAllConnections();
          resolve(null);
        });
      }),
  };
};
