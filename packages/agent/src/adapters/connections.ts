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
  /** From now on each response says that its connection ends with it. */
  endAfterResponse(on: boolean): void;
  /** Closes the connections on which a request was served and none is under way. */
  closeIdle(): void;
  /** Closes all that have no request under way, new ones too. */
  closeUnused(): void;
  closeAll(): void;
}

interface Tracked {
  readonly pending: Set<ServerResponse>;
  served: boolean;
}

export function trackConnections(server: Server): Connections {
  const sockets = new Map<Socket, Tracked>();
  const counts: Counts = { served: 0, aborted: 0, refused: 0 };
  const waiting = new Set<() => void>();
  let ending = false;
  let open = 0;
  let arrived = 0;

  const track = (socket: Socket): Tracked => {
    const known = sockets.get(socket);
    if (known !== undefined) return known;
    arrived += 1;
    const tracked: Tracked = { pending: new Set(), served: false };
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
      tracked.served = true;
      then();
    });
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    open += 1;
    if (ending) say(response);
    uses(request, response, () => {
      open -= 1;
      if (ending) counts[response.writableFinished ? "served" : "aborted"] += 1;
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
    endAfterResponse(on) {
      ending = on;
      if (!on) return;
      // The newest on its connection: those before it (pipelined) must not end the connection under it.
      for (const { pending } of sockets.values()) for (const response of [...pending].slice(-1)) say(response);
    },
    closeIdle: () => closeWhere(({ served }) => served),
    closeUnused: () => closeWhere(() => true),
    closeAll() {
      for (const socket of sockets.keys()) socket.destroy();
      server.closeAllConnections();
    },
  };
}
