import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { isIP, type Socket } from "node:net";
import { plainAddress, rangesOf } from "../http/addresses.ts";

/** Maximum number of connections in total: enough for a storm of 2,000 agents behind one NAT. */
const MOST_CONNECTIONS = 4_096;
/**
 * Connections that are left over when so many requests are in progress that all others get 503: over these a probe gets
 * in. They are not reserved, since whose a connection is shows only by its request.
 */
const LEFT_FOR_PROBES = 64;
/** Maximum number of connections, and of requests in progress, of one address that is no proxy. */
const MOST_OF_ONE = 256;

/** Limits of connections and requests. */
export interface Doors {
  /** Whether a request over this connection may be handled. Not needed for probes. */
  hasRoom(socket: Socket): boolean;
}

/** All clients with one address, or in one IPv6 network. */
interface Caller {
  readonly address: string;
  readonly isProxy: boolean;
  open: number;
  requests: number;
}

/**
 * Protects the server from slow, silent or greedy clients. If an address, or all together, have too many connections,
 * the oldest idle connection is closed for a new one: so every client gets in, and idle clients keep few connections.
 * Requests in progress are not affected; if there are too many, `hasRoom` returns false.
 *
 * @param proxies addresses and ranges (see isRange) of proxies with many clients: no limit per address
 */
export function watchDoors(server: Server, proxies: readonly string[]): Doors {
  const most = Math.min(MOST_CONNECTIONS, Math.floor(openFiles() / 2));
  const mostForAll = most - Math.min(LEFT_FOR_PROBES, Math.floor(most / 4));
  const known = rangesOf(proxies);
  const callers = new Map<string, Caller>();
  const callerOf = new WeakMap<Socket, Caller>();
  /** Idle connections, the longest idle first. */
  const waiting = new Set<Socket>();
  const all = { open: 0, requests: 0 };
  // Node.js closes connections beyond this number at once.
  server.maxConnections = most;

  const count = (caller: Caller, what: "open" | "requests", by: 1 | -1): void => {
    caller[what] += by;
    all[what] += by;
  };
  const gone = (socket: Socket): void => {
    const caller = callerOf.get(socket);
    if (caller === undefined) return;
    callerOf.delete(socket);
    waiting.delete(socket);
    count(caller, "open", -1);
    if (caller.open === 0) callers.delete(caller.address);
  };
  /** Closes the longest idle connection, unless only the new one is idle. */
  const makeRoom = (newcomer: Socket, caller: Caller | null): void => {
    for (const socket of waiting) {
      if (socket === newcomer) return;
      if (caller !== null && callerOf.get(socket) !== caller) continue;
      gone(socket);
      socket.destroy();
      return;
    }
  };

  server.prependListener("connection", (socket: Socket) => {
    const one = plainAddress(socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const isProxy = one !== "" && known.check(one);
    const address = isProxy ? one : callerAddress(one);
    const caller = callers.get(address) ?? { address, isProxy, open: 0, requests: 0 };
    callers.set(address, caller);
    callerOf.set(socket, caller);
    count(caller, "open", 1);
    waiting.add(socket);
    socket.once("close", () => gone(socket));
    if (!caller.isProxy && caller.open > MOST_OF_ONE) makeRoom(socket, caller);
    else if (all.open > mostForAll) makeRoom(socket, null);
  });
  server.prependListener("request", ({ socket }, response) => {
    const caller = callerOf.get(socket);
    if (caller === undefined) return;
    waiting.delete(socket);
    count(caller, "requests", 1);
    response.once("close", () => {
      count(caller, "requests", -1);
      if (callerOf.has(socket)) waiting.add(socket);
    });
  });

  return {
    hasRoom(socket) {
      const caller = callerOf.get(socket);
      return all.requests <= mostForAll && (caller === undefined || caller.isProxy || caller.requests <= MOST_OF_ONE);
    },
  };
}

/**
 * Returns the identity of a client: an IPv4 address, or an IPv6 network of 64 bits, since a machine can have any number
 * of addresses in its network (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4).
 */
export function callerAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`;
}

/** Returns the limit of file descriptors (Node.js raises the soft limit to the hard one at its start). */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return Number(soft ?? Infinity);
  } catch {
    return Infinity; // not Linux
  }
}
