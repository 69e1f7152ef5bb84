import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { Ms } from "../clock.ts";
import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";
import { trackConnections } from "./connections.ts";
import { arrivalsTaken, untilQuiet } from "./quiet.ts";
import { swapListeners } from "./swap.ts";

export interface HttpOptions {
  /** Seconds after which a refused client should come again; 5. */
  readonly retryAfter?: number;
  /** Milliseconds without any request or connection after which nobody is thought to come any longer; 1,000. */
  readonly quiet?: Ms;
}

/** In so many turns, over half of `unready`, connections are told to end. */
const TURNS = 20;

/**
 * Drains a server of `node:http` or `node:https`, and whatever framework stands on it.
 *
 * - `unready`: everything is served, and each connection that stands ends with its next response (`connection: close`), so
 *   that a load balancer or client comes over a new one, elsewhere if it can
 * - `stop-intake`: new requests get 503 with `Retry-After`; idle connections are closed
 * - `finish`: waits for the requests that are in flight, and then until nobody comes any longer: a server that closes
 *   while requests are on their way resets them
 * - `close`: closes the server, and what is still open when there is no time left
 *
 * Make it before the server takes requests: what came earlier is not seen.
 */
export function drainHttpServer(
  server: Server | TlsServer,
  { retryAfter = 5, quiet = 1_000 }: HttpOptions = {},
): Drainable {
  const connections = trackConnections(server);
  const { counts } = connections;
  let restore: (() => void)[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    connections.refusing(request, response);
    response.writeHead(503, { "retry-after": String(retryAfter), connection: "close", "content-type": "text/plain" });
    response.end("This instance is going away. Try again: another one will answer.\n");
  };
  const refuse = (request: IncomingMessage, response: ServerResponse): void => {
    // A connection that is closed with its request half read is reset, and the client never sees the answer.
    request.once("end", () => answer(request, response));
    request.resume();
  };
  const refuseUpgrade = (_request: IncomingMessage, socket: Duplex): void => {
    counts.refused += 1;
    socket.on("error", () => {});
    socket.end(
      `HTTP/1.1 503 Service Unavailable\r\nretry-after: ${retryAfter}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
  };

  return {
    async unready({ wait, remaining }) {
      const ends = connections.standing();
      // Not all at once: they all come again, and the system takes only so many new connections at a time.
      const size = Math.ceil(ends.length / TURNS);
      const half = remaining() / 2;
      for (let from = 0; from < ends.length; from += size) {
        for (const end of ends.slice(from, from + size)) end();
        if (remaining() > half) await wait(half / TURNS);
      }
    },
    async "stop-intake"() {
      connections.endAll();
      const instead = [
        ["request", refuse],
        ["checkContinue", answer],
        ["upgrade", refuseUpgrade],
      ] as const;
      restore = instead
        .filter(([event]) => event === "request" || server.listenerCount(event) > 0)
        .map(([event, listener]) => swapListeners(server, event, listener));
      // Idle since `unready` began. On others a request may be on its way right now, and has its 503.
      await arrivalsTaken();
      connections.closeIdle();
    },
    async finish(context) {
      const { signal, note } = context;
      const inFlight = connections.inFlight();
      await Promise.race([connections.idle(), aborted(signal)]);
      await untilQuiet(context, connections.arrived, quiet);
      const { served, refused, aborted: gone } = counts;
      note(`${inFlight} in flight, ${served} served, ${gone} given up by clients, ${refused} refused`);
      if (connections.inFlight() > 0) note(`${connections.inFlight()} cut off`);
    },
    async close({ signal }) {
      const closed = new Promise((resolve) => server.close(resolve));
      connections.closeUnused();
      await Promise.race([closed, aborted(signal)]);
      connections.closeAll();
    },
    resume() {
      connections.keepAll();
      for (const put of restore.splice(0)) put();
    },
  };
}
