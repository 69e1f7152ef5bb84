import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import type { Ms } from "../clock.ts";

/** Connections at a time, unless there are few descriptors. The status is asked by a health check and by people. */
const MOST_CONNECTIONS = 32;
/** The share of this process's descriptors that the status may have: the rest is for hooks and metadata. */
const SHARE = 1 / 8;
const LONGEST_HEADERS = 8_192;
/** How long a request may take to arrive, as far as anybody looks. */
const ARRIVES_WITHIN: Ms = 5_000;
/** From look to look at what has not arrived. Each wakes up a process that is idle else, and those are few at any time. */
const LOOKED_AT_EVERY: Ms = 30_000;

/**
 * The server of the status. It takes little of what the hooks need, whoever comes: where many hold connections without
 * asking anything, the oldest of these gives way, so that who asks is answered.
 */
export function createStatusServer(listener: RequestListener): Server {
  const { createServer } = process.getBuiltinModule("node:http");
  const most = Math.max(4, Math.min(MOST_CONNECTIONS, Math.floor(openFiles() * SHARE)));
  const idle = new Set<Socket>();
  const server = createServer({
    maxHeaderSize: LONGEST_HEADERS,
    headersTimeout: ARRIVES_WITHIN,
    requestTimeout: ARRIVES_WITHIN,
    connectionsCheckingInterval: LOOKED_AT_EVERY,
  });
  // What is more than that Node.js closes at once.
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
    response.once("close", () => socket.destroyed || idle.add(socket));
    listener(request, response);
  });
  return server;
}

/** Descriptors that this process may have (Node.js raises the soft limit to the hard one when it starts). */
function openFiles(): number {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return Number(soft ?? Infinity);
  } catch {
    return Infinity; // no Linux
  }
}
