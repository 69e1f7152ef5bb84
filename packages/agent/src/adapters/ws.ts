import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Drainable } from "../drain/phases.ts";
import type { Ms } from "../clock.ts";
import { aborted } from "./aborted.ts";
import { SPELLS, untilQuiet } from "./until-quiet.ts";

/** The part of a client of `ws` that the adapter uses. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
  once(event: "close", listener: () => void): unknown;
  on(event: "message", listener: () => void): unknown;
}

/** The part of a `WebSocketServer` of `ws` that the adapter uses. */
export interface WebSocketServerLike {
  readonly clients: Iterable<WebSocketLike>;
  on(event: "connection", listener: (client: WebSocketLike) => void): unknown;
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, callback: never) => void;
  close(callback?: (error?: Error) => void): void;
}

export interface WebSocketOptions {
  /** A message for each client before its connection is closed, so that it can reconnect elsewhere; none by default. */
  readonly message?: string;
  /** Seconds after which a refused client may retry (`Retry-After`); default 5. */
  readonly retryAfter?: number;
  /** After this time without a message, no answer counts as outstanding, in milliseconds; default 1,000. */
  readonly quiet?: Ms;
}

/** Going away (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const OPEN = 1;

/**
 * Drains a `WebSocketServer` of `ws`.
 *
 * - `stop-intake`: new connections get 503 with `Retry-After`; clients get `message`, if there is one
 * - `finish`: waits until no client has sent anything for `quiet` milliseconds, so that requests can be answered. Then
 *   closes each connection with 1001 and waits for the close handshake
 * - `close`: terminates the remaining connections and closes the server
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
      // Wait for half of the time at most: clients that send all the time are closed too, and closing needs time.
      await untilQuiet(
        context,
        () => arrived,
        Math.min(quiet, remaining() / 2 / SPELLS),
        // Only the application knows which message answers which, so nothing counts as in flight.
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
