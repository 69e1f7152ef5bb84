import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Drainable } from "../drain/phases.ts";
import type { Ms } from "../clock.ts";
import { aborted } from "./aborted.ts";
import { SPELLS, untilQuiet } from "./quiet.ts";

/** What is used of a client of `ws`. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
  once(event: "close", listener: () => void): unknown;
  on(event: "message", listener: () => void): unknown;
}

/** What is used of a `WebSocketServer` of `ws`. */
export interface WebSocketServerLike {
  readonly clients: Iterable<WebSocketLike>;
  on(event: "connection", listener: (client: WebSocketLike) => void): unknown;
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, callback: never) => void;
  close(callback?: (error?: Error) => void): void;
}

export interface WebSocketOptions {
  /** Sent to each client before its connection is closed, so that it knows to come again elsewhere; none by default. */
  readonly message?: string;
  /** Seconds after which a refused client should come again; 5. */
  readonly retryAfter?: number;
  /** Milliseconds without any message after which no answer is thought to be under way any longer; 1,000. */
  readonly quiet?: Ms;
}

/** Going away (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const OPEN = 1;

/**
 * Drains a `WebSocketServer` of `ws`.
 *
 * - `stop-intake`: new connections get 503 with `Retry-After`; clients get the message, if there is one
 * - `finish`: waits until no client has sent anything for a while, so that what was asked is answered; then each
 *   connection is closed with 1001 and waited for
 * - `close`: stragglers are ended, and the server is closed
 */
export function drainWebSocketServer(
  server: WebSocketServerLike,
  { message, retryAfter = 5, quiet = 1_000 }: WebSocketOptions = {},
): Drainable {
  let arrived = 0;
  const count = (client: WebSocketLike): unknown => client.on("message", () => void (arrived += 1));
  for (const client of server.clients) count(client);
  server.on("connection", count);
  const handleUpgrade = server.handleUpgrade.bind(server);
  const open = (): WebSocketLike[] => [...server.clients].filter(({ readyState }) => readyState === OPEN);
  const refuse = (_request: IncomingMessage, socket: Duplex): void => {
    socket.on("error", () => {});
    socket.end(
      `HTTP/1.1 503 Service Unavailable\r\nretry-after: ${retryAfter}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
  };

  return {
    "stop-intake"() {
      server.handleUpgrade = refuse;
      if (message !== undefined) for (const client of open()) client.send(message);
    },
    async finish(context) {
      const { signal, note, remaining } = context;
      // Half of the time at most: clients that never rest are closed all the same, and need time for it.
      await untilQuiet(
        context,
        () => arrived,
        Math.min(quiet, remaining() / 2 / SPELLS),
        // Nobody but the application knows what is an answer to what.
        () => 0,
      );
      if (context.calledOff) return;
      const clients = [...server.clients];
      const ends = clients.map((client) => new Promise<void>((resolve) => client.once("close", resolve)));
      for (const client of open()) client.close(GOING_AWAY, "this instance is going away");
      await Promise.race([Promise.all(ends), aborted(signal)]);
      const stragglers = [...server.clients];
      note(`${clients.length} connections, ${stragglers.length} ended by force`);
      for (const client of stragglers) client.terminate();
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
    resume() {
      server.handleUpgrade = handleUpgrade;
    },
  };
}
