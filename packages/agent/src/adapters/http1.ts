import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";
import { noOther, wants, within } from "../options.ts";
import { arrivalsTaken, untilQuiet } from "./until-quiet.ts";

export interface HttpOptions {
  /** Seconds after which a refused client may retry (`Retry-After`); default 5. */
  readonly retryAfter?: number;
  /** The server counts as quiet after this time without a new request or connection, in milliseconds; default 1,000. */
  readonly quiet?: Ms;
}

/** Returns true to hide the event from the application. For an upgrade, `response` is the socket. */
type Intercept = (request: IncomingMessage, response: LastResponse) => boolean;

/** The HTTP/1.1 part of a drain, for any kind of server. */
export type Http1 = readonly [
  phases: {
    readonly unready: (context: DrainContext) => Promise<void>;
    readonly "stop-intake": () => Promise<void>;
    readonly finish: (context: DrainContext) => Promise<void>;
    readonly resume: () => void;
  },
  /** Handlers that must be called before the server's other listeners. */
  events: { readonly [event: string]: Intercept },
  /** Registers a new connection. A connection that was not registered is found at itsSocket first request. */
  opened: (socket: Socket) => void,
  /**
   * Closes the idle connections and the upgraded ones (Node.js closes only some of them); with `all`, every connection.
   */
  close: (all?: boolean) => void,
];

/**
 * The newest response of a connection (responses are sent in the order of the requests); after an upgrade, the socket.
 *
 * `shouldKeepAlive` says whether the connection stays open after the response; Node.js reads it and writes the header.
 */
type LastResponse = ServerResponse | IdleMark | (Socket & { shouldKeepAlive?: boolean });

/** Takes the place of a finished response, so that the response can be freed. */
interface IdleMark {
  readonly closed: true;
  shouldKeepAlive: boolean;
}

/** @throws SpotkeeperError `SK-AGENT-OPTION` */
export const createHttp1 = ({ retryAfter = 5, quiet = 1_000, ...unknown }: HttpOptions): Http1 => {
  noOther("drainHttpServer", unknown, ["retryAfter", "quiet"]);
  wants(retryAfter >= 0, "retryAfter", retryAfter, "seconds");
  within("quiet", quiet);
  const connections = new Map<Socket, LastResponse>();
  const inFlight = new Map<ServerResponse, Socket>();
  let arrived = 0;
  /** The number of clients that gave up since `finish` began, and of requests that were refused since `stop-intake`. */
  let gaveUp = 0;
  let refused = 0;
  let refusing = false;
  /** The body ends with the connection, so no content-length is needed. */
  const unavailable = `HTTP/1.1 503 Draining\r\nretry-after: ${retryAfter}\r\nconnection: close\r\n\r\n`;

  const markIdle = (socket: Socket, shouldKeepAlive: boolean): LastResponse => {
    const mark: IdleMark = { closed: true, shouldKeepAlive };
    connections.set(socket, mark);
    return mark;
  };
  const opened = (socket: Socket): LastResponse => {
    arrived++;
    socket.once("close", () => {
      const last = connections.get(socket);
      connections.delete(socket);
      // Node.js 22 emits no `close` for pipelined responses, nor for responses before an upgrade. So end them here.
      if (!last?.closed || last === socket)
        for (const [one, itsSocket] of inFlight) if (itsSocket === socket) finished(one, socket);
    });
    return markIdle(socket, true);
  };
  const finished = (response: ServerResponse, socket: Socket): void => {
    if (inFlight.delete(response) && !response.writableFinished) gaveUp++;
    if (connections.get(socket) === response) markIdle(socket, response.shouldKeepAlive);
  };
  const intercept =
    (whole?: boolean): Intercept =>
    (request, response) => {
      const { socket } = request;
      // A request with `Expect: 100-continue` is emitted as `checkContinue`, and often once more by the application. A
      // request whose client has already left gets no further event.
      if (inFlight.has(response as ServerResponse) || socket.destroyed || response.closed) return false;
      const previous = connections.get(socket) ?? opened(socket);
      arrived++;
      connections.set(socket, response);
      // The newest (pipelined) response decides whether the connection is closed: an earlier one must not close it.
      // Later connections are kept alive: a client that had to reconnect for each request would do nothing else.
      response.shouldKeepAlive &&= previous.shouldKeepAlive !== false;
      previous.shouldKeepAlive = true;
      if ("req" in response) {
        if (!refusing) inFlight.set(response, socket);
        response.once("close", () => finished(response, socket));
      }
      if (refusing) {
        refused++;
        // Write to the socket, which works for upgrades too. Errors of the socket are ignored from here on.
        const refuse = () => socket.on("error", () => {}).end(unavailable, () => socket.destroy());
        // If a connection is closed before its request was read, TCP resets it and the client never sees the answer.
        const refuseInTurn = whole ? () => request.once("end", refuse).resume() : refuse;
        // Wait until the earlier requests of this connection are answered.
        if (previous.closed) refuseInTurn();
        else (previous as ServerResponse).once("close", refuseInTurn);
      }
      return refusing;
    };

  return [
    {
      async unready(context) {
        const { wait, remaining } = context;
        // Close connections one after another, over 80 % of `unready`: all clients reconnect, and a busy process
        // accepts new connections slowly.
        let left = remaining();
        const interval = (left * 0.8) / connections.size;
        for (const socket of [...connections.keys()]) {
          // The notice was cancelled: leave the remaining connections open.
          if (context.calledOff) return;
          const last: LastResponse = connections.get(socket) ?? socket;
          last.shouldKeepAlive = false;
          left -= interval;
          if (remaining() > left) await wait(remaining() - left);
        }
      },
      async "stop-intake"() {
        refusing = true;
        refused = 0;
        await arrivalsTaken();
        // Close each busy connection with its response, also connections opened after `unready`.
        for (const [socket, last] of connections)
          if (!last.closed) last.shouldKeepAlive = false;
          // Idle since it was marked in `unready`. On other connections a request may be on its way; it is answered
          // with 503.
          else if (!last.shouldKeepAlive) socket.destroy();
      },
      async finish(context) {
        const before = inFlight.size;
        gaveUp = 0;
        await untilQuiet(
          context,
          () => arrived,
          // With `quiet: 0`, check each 50 ms.
          quiet || 50,
          () => inFlight.size,
        );
        if (arrived) context.note(`${before} in flight, ${gaveUp} given up, ${inFlight.size} left, ${refused} refused`);
      },
      resume() {
        // Connections that were marked for closing still close: no request is lost by that.
        refusing = false;
      },
    },
    { request: intercept(true), checkContinue: intercept(), upgrade: intercept(), connect: intercept() },
    opened,
    (all) => {
      for (const [socket, last] of connections) if (all || last.closed || last === socket) socket.destroy();
    },
  ];
};
