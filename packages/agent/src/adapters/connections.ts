import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Counts {
  /** Responses that were sent whole since the drain began. */
  served: number;
  /** Clients that went away before they had their response. */
  aborted: number;
  /** Requests that were answered with 503. */
  refused: number;
}

/** What is under way on a server, from the moment this is made. */
export interface Connections {
  readonly counts: Counts;
  readonly inFlight: () => number;
  /** Connections and requests that have come so far. */
  readonly arrived: () => number;
  /** One more request, which is refused: nobody waits for it, but its connection is in use. */
  refusing(request: IncomingMessage, response: ServerResponse): void;
  /** Resolves as soon as no request is in flight. */
  idle(): Promise<void>;
  /**
   * For each connection that stands now what makes it end with its next response. Those that come later do not: a client
   * that is told to connect anew for each request would do nothing else.
   */
  standing(): readonly (() => void)[];
  /** Every connection ends with its next response, also those that come later. */
  endAll(): void;
  /** None does any longer. */
  keepAll(): void;
  /** Closes those of `standing` that were told to end, have had no request since, and have none now. */
  closeIdle(): void;
  /** Closes all that have no request under way, new ones too. */
  closeUnused(): void;
  closeAll(): void;
}

interface Tracked {
  readonly pending: Set<ServerResponse>;
  ends: boolean;
}

export function trackConnections(server: Server): Connections {
  const sockets = new Map<Socket, Tracked>();
  const counts: Counts = { served: 0, aborted: 0, refused: 0 };
  const waiting = new Set<() => void>();
  let [draining, all] = [false, false];
  let open = 0;
  let arrived = 0;

  const track = (socket: Socket): Tracked => {
    const known = sockets.get(socket);
    if (known !== undefined) return known;
    arrived += 1;
    const tracked: Tracked = { pending: new Set(), ends: false };
    sockets.set(socket, tracked);
    socket.once("close", () => sockets.delete(socket));
    return tracked;
  };
  const say = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("connection", "close");
  };
  const uses = (request: IncomingMessage, response: ServerResponse, then: () => void): void => {
    const tracked = track(request.socket);
    arrived += 1;
    tracked.pending.add(response);
    response.once("close", () => {
      tracked.pending.delete(response);
      then();
    });
  };
  /** The newest on its connection: those before it (pipelined) must not end the connection under it. */
  const sayLast = (pending: Tracked["pending"]): void => [...pending].slice(-1).forEach(say);
  const end = (tracked: Tracked): void => {
    tracked.ends = true;
    sayLast(tracked.pending);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    open += 1;
    if (all || track(request.socket).ends) say(response);
    uses(request, response, () => {
      open -= 1;
      if (draining) counts[response.writableFinished ? "served" : "aborted"] += 1;
      if (open === 0) for (const resolve of waiting) resolve();
    });
  };
  const closeWhere = (which: (tracked: Tracked) => boolean): void => {
    for (const [socket, tracked] of sockets) if (tracked.pending.size === 0 && which(tracked)) socket.destroy();
  };

  // A TLS server tells of the plain socket first, and of the one that requests come over later.
  server.on("setSecureContext" in server ? "secureConnection" : "connection", track);
  // Ahead of the application's own listener, which may answer at once.
  server.prependListener("request", onRequest);
  server.prependListener("checkContinue", onRequest);

  return {
    counts,
    inFlight: () => open,
    arrived: () => arrived,
    refusing: (request, response) => uses(request, response, () => (counts.refused += 1)),
    idle: () =>
      new Promise((resolve) => {
        if (open === 0) return resolve();
        const done = (): void => {
          waiting.delete(done);
          resolve();
        };
        waiting.add(done);
      }),
    standing() {
      draining = true;
      return [...sockets.values()].map((tracked) => () => end(tracked));
    },
    endAll() {
      [draining, all] = [true, true];
      for (const { pending } of sockets.values()) sayLast(pending);
    },
    keepAll() {
      [draining, all] = [false, false];
      for (const tracked of sockets.values()) tracked.ends = false;
    },
    closeIdle: () => closeWhere(({ ends }) => ends),
    closeUnused: () => closeWhere(() => true),
    closeAll() {
      for (const socket of sockets.keys()) socket.destroy();
      server.closeAllConnections();
    },
  };
}
