import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";
import type { Drainable } from "../drain/phases.ts";
import { hearFirst } from "./hear-first.ts";
import { arrivalsTaken, untilQuiet } from "./quiet.ts";

export interface HttpOptions {
  /** Seconds after which a refused client should come again; 5. */
  readonly retryAfter?: number;
  /** Milliseconds without any request or connection after which nobody is thought to come any longer; 1,000. */
  readonly quiet?: Ms;
}

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
export const drainHttpServer = (
  server: Server | TlsServer,
  { retryAfter = 5, quiet = 1_000 }: HttpOptions = {},
): Drainable => {
  /** Each connection, with its responses that are not over yet, the oldest first. */
  const connections = new Map<Socket, Set<ServerResponse>>();
  /**
   * Those that end with their next response. They stood when the drain began; those that come later do not end: a client
   * that is told to connect anew for each request would do nothing else.
   */
  const ending = new Set<Socket>();
  let [inFlight, arrived, served, gone, refused] = [0, 0, 0, 0, 0];
  let [draining, refusing] = [false, false];
  let whenIdle: (idle: unknown) => void = () => {};

  const track = (socket: Socket): Set<ServerResponse> => {
    let responses = connections.get(socket);
    if (!responses) {
      arrived++;
      connections.set(socket, (responses = new Set()));
      socket.once("close", () => forget(socket));
    }
    return responses;
  };
  const forget = (socket: Socket): void => {
    connections.delete(socket);
    ending.delete(socket);
  };
  const uses = ({ socket }: IncomingMessage, response: ServerResponse, over: () => void): Set<ServerResponse> => {
    const responses = track(socket).add(response);
    arrived++;
    response.once("close", () => {
      responses.delete(response);
      over();
    });
    return responses;
  };
  /** By the newest response on its connection: those before it (pipelined) must not end the connection under it. */
  const end = (responses: ReadonlySet<ServerResponse>): void => {
    const last = [...responses].at(-1);
    if (last?.headersSent === false) last.setHeader("connection", "close");
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    inFlight++;
    const responses = uses(request, response, () => {
      if (draining && response.writableFinished) served++;
      else if (draining) gone++;
      if (--inFlight === 0) whenIdle(null);
    });
    if (ending.has(request.socket)) end(responses);
  };
  const closeUnused = (sockets: Iterable<Socket>): void => {
    for (const socket of sockets) if (!connections.get(socket)?.size) socket.destroy();
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Nobody waits for it, but its connection is in use.
    uses(request, response, () => refused++);
    response.writeHead(503, { "retry-after": `${retryAfter}`, connection: "close" });
    response.end("This instance is going away: try again.\n");
  };
  const refuse = (request: IncomingMessage, response: ServerResponse): void => {
    // A connection that is closed with its request half read is reset, and the client never sees the answer.
    request.once("end", () => answer(request, response)).resume();
  };
  const onUpgrade = (_request: IncomingMessage, socket: Socket): boolean => {
    // It is another protocol's from here on, and for that one to end.
    forget(socket);
    if (refusing) refuseUpgrade(socket);
    return refusing;
  };
  const refuseUpgrade = (socket: Socket): void => {
    refused++;
    socket.on("error", () => {});
    socket.end(`HTTP/1.1 503 Service Unavailable\r\nretry-after: ${retryAfter}\r\nconnection: close\r\n\r\n`);
  };

  const unless =
    (refuse: typeof onRequest) =>
    (request: IncomingMessage, response: ServerResponse): boolean => {
      // One that asked first is told of by `checkContinue`, and often once more by the application.
      if (connections.get(request.socket)?.has(response)) return false;
      (refusing ? refuse : onRequest)(request, response);
      return refusing;
    };
  hearFirst(server, {
    // A TLS server tells of the plain socket first, and of the one that requests come over later.
    ["setSecureContext" in server ? "secureConnection" : "connection"]: track,
    request: unless(refuse),
    checkContinue: unless(answer),
    upgrade: onUpgrade,
    connect: onUpgrade,
  });

  return {
    async unready({ wait, remaining }) {
      draining = true;
      // In so many turns, over most of `unready`: they all come again, and a busy process takes new connections one by one.
      const TURNS = 40;
      const standing = [...connections];
      const size = Math.ceil(standing.length / TURNS);
      const whole = remaining();
      while (standing.length > 0) {
        for (const [socket, responses] of standing.splice(0, size)) {
          ending.add(socket);
          end(responses);
        }
        if (remaining() > whole * 0.2) await wait((whole * 0.8) / TURNS);
      }
    },
    async "stop-intake"() {
      draining = true;
      connections.forEach(end);
      refusing = true;
      // Idle since `unready` began. On others a request may be on its way right now, and has its 503.
      await arrivalsTaken();
      closeUnused(ending);
    },
    async finish(context) {
      const { signal, note } = context;
      const before = inFlight;
      await new Promise<unknown>((resolve) => {
        whenIdle = resolve;
        if (inFlight === 0) resolve(null);
        signal.addEventListener("abort", resolve);
      });
      await untilQuiet(context, () => arrived, quiet);
      note(`${before} in flight, ${served} served, ${gone} given up by clients, ${refused} refused`);
      if (inFlight > 0) note(`${inFlight} cut off`);
    },
    async close({ signal }) {
      await new Promise<unknown>((resolve) => {
        server.close(resolve);
        closeUnused(connections.keys());
        signal.addEventListener("abort", resolve);
      });
      for (const socket of connections.keys()) socket.destroy();
      server.closeAllConnections();
    },
    resume() {
      draining = refusing = false;
      ending.clear();
    },
  };
};
