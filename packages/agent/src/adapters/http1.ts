import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";
import { hearFirst } from "./hear-first.ts";
import { arrivalsTaken, untilQuiet } from "./quiet.ts";

export interface HttpOptions {
  /** Seconds after which a refused client should come again; 5. */
  readonly retryAfter?: number;
  /** Milliseconds without any request or connection after which nobody is thought to come any longer; 1,000. */
  readonly quiet?: Ms;
}

/** What of a drain is HTTP/1.1, whatever the server is. */
export interface Http1 {
  readonly unready: (context: DrainContext) => Promise<void>;
  readonly "stop-intake": () => Promise<void>;
  readonly finish: (context: DrainContext) => Promise<void>;
  readonly resume: () => void;
  /** Ends the connections that nobody uses, and those that have become another protocol's; or all. */
  readonly end: (all?: boolean) => void;
}

/** @param opens the event that tells of a connection; null: it is known by its first request */
export const createHttp1 = (
  server: EventEmitter,
  opens: string | null,
  { retryAfter = 5, quiet = 1_000 }: HttpOptions,
): Http1 => {
  /** Each connection, with its responses that are not over yet, the oldest first. */
  const connections = new Map<Socket, Set<ServerResponse>>();
  /**
   * Those that end with their next response. They stood when the drain began; those that come later do not end: a client
   * that is told to connect anew for each request would do nothing else.
   */
  const ending = new Set<Socket>();
  /** Connections that were upgraded, or refused that: another's to end, but not for ever. */
  const upgraded = new Set<Socket>();
  let [inFlight, arrived, served, gone, refused] = [0, 0, 0, 0, 0];
  let [draining, refusing] = [false, false];
  let whenIdle: (idle: unknown) => void = () => {};

  const forget = (socket: Socket): void => {
    connections.delete(socket);
    ending.delete(socket);
  };
  const track = (socket: Socket): Set<ServerResponse> => {
    let responses = connections.get(socket);
    if (!responses) {
      arrived++;
      connections.set(socket, (responses = new Set()));
      socket.once("close", () => {
        forget(socket);
        upgraded.delete(socket);
      });
    }
    return responses;
  };
  const newest = (responses: ReadonlySet<ServerResponse>): ServerResponse | undefined => [...responses].at(-1);
  const uses = ({ socket }: IncomingMessage, response: ServerResponse, over: () => void): Set<ServerResponse> => {
    const responses = track(socket);
    const before = newest(responses);
    // It must not end the connection under one that comes behind it (pipelined).
    if (draining && before?.headersSent === false) before.removeHeader("connection");
    responses.add(response);
    arrived++;
    response.once("close", () => {
      responses.delete(response);
      over();
    });
    return responses;
  };
  const end = (responses: ReadonlySet<ServerResponse>): void => {
    const last = newest(responses);
    if (last?.headersSent === false) last.setHeader("connection", "close");
  };
  const accept = (request: IncomingMessage, response: ServerResponse): void => {
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

  const answer = (request: IncomingMessage, response: ServerResponse, whole = true): void => {
    // Nobody waits for it, but its connection is in use.
    uses(request, response, () => refused++);
    const say = (): void => {
      response.writeHead(503, { "retry-after": `${retryAfter}`, connection: "close" });
      response.end("This instance is going away: try again.\n");
    };
    if (whole) say();
    // A connection that is closed with its request half read is reset, and the client never sees the answer.
    else request.once("end", say).resume();
  };
  const refuse = (request: IncomingMessage, response: ServerResponse): void => answer(request, response, false);
  const refuseUpgrade = (socket: Socket): void => {
    refused++;
    socket.on("error", () => {});
    socket.end(`HTTP/1.1 503 Service Unavailable\r\nretry-after: ${retryAfter}\r\nconnection: close\r\n\r\n`);
  };
  const onUpgrade = ({ httpVersionMajor }: IncomingMessage, socket: Socket): boolean => {
    if (httpVersionMajor > 1) return false;
    const before = newest(track(socket));
    forget(socket);
    upgraded.add(socket);
    if (!refusing) return false;
    // Its turn comes when what was asked before it is answered.
    if (before) before.once("close", () => refuseUpgrade(socket));
    else refuseUpgrade(socket);
    return true;
  };
  const unless =
    (refuseIt: typeof accept) =>
    (request: IncomingMessage, response: ServerResponse): boolean => {
      // One that asked first is told of by `checkContinue`, and often once more by the application.
      const known = connections.get(request.socket)?.has(response);
      if (known || request.httpVersionMajor > 1) return false;
      (refusing ? refuseIt : accept)(request, response);
      return refusing;
    };
  hearFirst(server, {
    ...(opens && { [opens]: track }),
    request: unless(refuse),
    checkContinue: unless(answer),
    checkExpectation: unless(answer),
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
          // It may be over by now, or another protocol's.
          if (!connections.has(socket)) continue;
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
      if (opens || arrived > 0)
        note(`${before} in flight, ${served} served, ${gone} given up by clients, ${refused} refused`);
      if (inFlight > 0 && !context.calledOff) note(`${inFlight} cut off`);
    },
    resume() {
      draining = refusing = false;
      ending.clear();
    },
    end(all) {
      for (const socket of upgraded) socket.destroy();
      if (all) for (const socket of connections.keys()) socket.destroy();
      else closeUnused(connections.keys());
    },
  };
};
