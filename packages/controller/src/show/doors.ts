import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { isIP, type Socket } from "node:net";
import { plainAddress, rangesOf } from "../http/addresses.ts";

/** Connections at a time, over all callers: a storm of 2,000 agents behind one NAT has room. */
const MOST_CONNECTIONS = 4_096;
/** So many of them are kept for those who ask for the health: no other request may take them. */
const KEPT_FOR_PROBES = 64;
/** Connections, and requests under way, of one address that is no proxy. */
const MOST_OF_ONE = 256;

/** Who is let in, and who has to go for somebody else. */
export interface Doors {
  /** Whether there is room for a request over this connection, which has come in already. Probes need not ask. */
  hasRoom(socket: Socket): boolean;
}

/** Who shares an address, or an IPv6 network. */
interface Caller {
  readonly address: string;
  readonly isProxy: boolean;
  open: number;
  requests: number;
}

/**
 * Keeps a few who are slow, silent or greedy from shutting out everybody else. A connection over which nothing is being
 * answered gives way, the oldest first, to a new one where its address, or all together, have too many: so whoever comes
 * to ask for something gets in, and who only holds connections holds few. Requests that are under way are not touched;
 * where there are too many, `hasRoom` says so.
 *
 * @param proxies addresses and ranges (see isRange) behind which many callers stand: no bound for each of them
 */
export function watchDoors(server: Server, proxies: readonly string[]): Doors {
  const most = Math.min(MOST_CONNECTIONS, Math.floor(openFiles() / 2));
  const mostForAll = most - Math.min(KEPT_FOR_PROBES, Math.floor(most / 4));
  const known = rangesOf(proxies);
  const callers = new Map<string, Caller>();
  const callerOf = new WeakMap<Socket, Caller>();
  /** Nothing is being answered over these, the longest first. */
  const waiting = new Set<Socket>();
  const all = { open: 0, requests: 0 };
  // What is more than that Node.js closes at once.
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
  /** Has the one give way that waits longest, unless only the newcomer waits. */
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
 * What counts as one caller: an IPv4 address, or an IPv6 network of 64 bits, in which every machine may have as many
 * addresses as it likes (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4).
 */
export function callerAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`;
}

/** Descriptors that this process may have (Node.js raises the soft limit to the hard one when it starts). */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return Number(soft ?? Infinity);
  } catch {
    return Infinity; // no Linux
  }
}
