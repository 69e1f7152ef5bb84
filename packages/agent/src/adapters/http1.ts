import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";
import { noOther, wants, within } from "../options.ts";
import { arrivalsTaken, untilQuiet } from "./quiet.ts";

export interface HttpOptions {
  /** Seconds after which a refused client should come again; 5. */
  readonly retryAfter?: number;
  /** Milliseconds without any request or connection after which nobody is thought to come any longer; 1,000. */
  readonly quiet?: Ms;
}

/** Whether the application is not to hear of it. An upgrade has the connection itself in place of a response. */
type Hear = (request: IncomingMessage, response: Last) => boolean;

/** What of a drain is HTTP/1.1, whatever the server is. */
export type Http1 = readonly [
  phases: {
    readonly unready: (context: DrainContext) => Promise<void>;
    readonly "stop-intake": () => Promise<void>;
    readonly finish: (context: DrainContext) => Promise<void>;
    readonly resume: () => void;
  },
  /** What is to hear of the server's events first. */
  events: { readonly [event: string]: Hear },
  /** A connection was opened. One that nobody told of is known by its first request. */
  opened: (socket: Socket) => void,
  /**
   * Ends the connections that nobody uses, and those that have become another protocol's: Node.js sees to some of them
   * only. Or all.
   */
  end: (all?: boolean) => void,
];

/**
 * What uses a connection: its newest response, since they end in the order that they were asked for; once it was upgraded,
 * its socket.
 *
 * `shouldKeepAlive`: whether the connection goes on after it, which Node.js says and does with each response.
 */
type Last = ServerResponse | Rest | (Socket & { shouldKeepAlive?: boolean });

/** Stands in for a response where there is none, so that of what is over nothing is kept. */
interface Rest {
  readonly closed: true;
  shouldKeepAlive: boolean;
}

/** @throws SpotkeeperError `SK-AGENT-OPTION` */
export const createHttp1 = ({ retryAfter = 5, quiet = 1_000, ...unknown }: HttpOptions): Http1 => {
  noOther("drainHttpServer", unknown, ["retryAfter", "quiet"]);
  wants(retryAfter >= 0, "retryAfter", retryAfter, "seconds");
  within("quiet", quiet);
  const connections = new Map<Socket, Last>();
  const inFlight = new Map<ServerResponse, Socket>();
  let arrived = 0;
  /** How many clients gave up since `finish` began, and how many were refused since intake stopped. */
  let gone = 0;
  let refused = 0;
  let refusing = false;
  /** Ends with its connection, so that it needs no length. */
  const unavailable = `HTTP/1.1 503 Draining\r\nretry-after: ${retryAfter}\r\nconnection: close\r\n\r\n`;

  const rests = (socket: Socket, shouldKeepAlive: boolean): Last => {
    const rest: Rest = { closed: true, shouldKeepAlive };
    connections.set(socket, rest);
    return rest;
  };
  const opened = (socket: Socket): Last => {
    arrived++;
    socket.once("close", () => {
      const last = connections.get(socket);
      connections.delete(socket);
      // Of what was pipelined Node.js 22 does not tell that it is over, nor any of what is before an upgrade.
      if (!last?.closed || last === socket) for (const [one, its] of inFlight) if (its === socket) over(one, socket);
    });
    return rests(socket, true);
  };
  const over = (response: ServerResponse, socket: Socket): void => {
    if (inFlight.delete(response) && !response.writableFinished) gone++;
    if (connections.get(socket) === response) rests(socket, response.shouldKeepAlive);
  };
  const hear =
    (whole?: boolean): Hear =>
    (request, response) => {
      const { socket } = request;
      // One that asked first is told of by `checkContinue`, and often once more by the application. Of one whose client
      // has left meanwhile nobody tells that it is over.
      if (inFlight.has(response as ServerResponse) || socket.destroyed || response.closed) return false;
      const ahead = connections.get(socket) ?? opened(socket);
      arrived++;
      connections.set(socket, response);
      // What comes behind takes over whether the connection ends: it must not end under that one (pipelined). Those that
      // come later do not end: a client that is told to connect anew for each request would do nothing else.
      response.shouldKeepAlive &&= ahead.shouldKeepAlive !== false;
      ahead.shouldKeepAlive = true;
      if ("req" in response) {
        if (!refusing) inFlight.set(response, socket);
        response.once("close", () => over(response, socket));
      }
      if (refusing) {
        refused++;
        // Over the connection itself, which serves for an upgrade too. Nobody else hears any longer that one broke.
        const say = () => socket.on("error", () => {}).end(unavailable, () => socket.destroy());
        // A connection that is closed with its request half read is reset, and the client never sees the answer.
        const next = whole ? () => request.once("end", say).resume() : say;
        // Its turn comes when what was asked before it is answered.
        if (ahead.closed) next();
        else (ahead as ServerResponse).once("close", next);
      }
      return refusing;
    };

  return [
    {
      async unready(context) {
        const { wait, remaining } = context;
        // In turns, over most of `unready`: they all come again, and a busy process takes new connections one by one.
        let left = remaining();
        const turn = (left * 0.8) / connections.size;
        for (const socket of [...connections.keys()]) {
          // All is well again, and whoever was not told stays.
          if (context.calledOff) return;
          const last: Last = connections.get(socket) ?? socket;
          last.shouldKeepAlive = false;
          left -= turn;
          if (remaining() > left) await wait(remaining() - left);
        }
      },
      async "stop-intake"() {
        refusing = true;
        refused = 0;
        await arrivalsTaken();
        // A request that is in flight ends its connection, whenever that was opened.
        for (const [socket, last] of connections)
          if (!last.closed) last.shouldKeepAlive = false;
          // Idle since it was told. On others a request may be on its way right now, and has its 503.
          else if (!last.shouldKeepAlive) socket.destroy();
      },
      async finish(context) {
        const before = inFlight.size;
        gone = 0;
        await untilQuiet(
          context,
          () => arrived,
          // Who does not wait for quiet does not want to look all the time either.
          quiet || 50,
          () => inFlight.size,
        );
        if (arrived) context.note(`${before} in flight, ${gone} given up, ${inFlight.size} left, ${refused} refused`);
      },
      resume() {
        // Who was told to end goes on to: nothing is lost by that.
        refusing = false;
      },
    },
    { request: hear(true), checkContinue: hear(), upgrade: hear(), connect: hear() },
    opened,
    (all) => {
      for (const [socket, last] of connections) if (all || last.closed || last === socket) socket.destroy();
    },
  ];
};
