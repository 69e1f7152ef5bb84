import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";

/** The most connections at a time, unless there are few descriptors. Health checks and people read the status. */
const MOST_CONNECTIONS = 32;
/** The share of the process's descriptors for the status server; the rest is for hooks and metadata. */
const SHARE = 1 / 8;
const LONGEST_HEADERS = 8_192;
/** How long a request may take to arrive; checked only each `CHECK_INTERVAL`. */
const REQUEST_TIMEOUT: Ms = 5_000;
/** How often Node.js checks for late requests. Each check wakes an idle process, and late requests are rare. */
const CHECK_INTERVAL: Ms = 30_000;

/**
 * Creates the status server. It leaves enough descriptors for the hooks, however many clients connect: if many
 * connections are idle, the oldest idle one is closed, so that requests are still answered.
 */
export function createStatusServer(listener: RequestListener): Server {
  const { createServer } = process.getBuiltinModule("node:http");
  const most = Math.max(4, Math.min(MOST_CONNECTIONS, Math.floor(openFiles() * SHARE)));
  const idle = new Set<Socket>();
  const server = createServer({
    maxHeaderSize: LONGEST_HEADERS,
    headersTimeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
  });
  // Node.js closes further connections at once.
  server.maxConnections = most;
  server.on("connection", (socket) => {
    idle.add(socket);
    socket.once("close", () => idle.delete(socket));
    if (idle.size <= most / 2) return;
    const [oldest] = idle;
    if (oldest === undefined) return;
    idle.delete(oldest);
    oldest.destroy();
  });
  server.on("request", (request, response) => {
    const { socket } = request;
    idle.delete(socket);
    response.once("close", () => {
      // The handler did not read the whole body, so close the connection without reading the rest.
      if (!request.complete) socket.destroySoon();
      else if (!socket.destroyed) idle.add(socket);
    });
    listener(request, response);
  });
  return server;
}

/**
 * Returns how many descriptors this process may open (Node.js raises the soft limit to the hard one when it starts).
 */
function openFiles(): number {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return Number(soft ?? Infinity);
  } catch {
    return Infinity; // no Linux
  }
}
