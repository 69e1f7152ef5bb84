import { SpotkeeperError } from "../errors.ts";

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Where it listens unless told otherwise. */
export const DEFAULT_LISTEN = "127.0.0.1:8787";

/**
 * Reads `host:port`; an IPv6 address stands in brackets (`[::1]:8787`), port 0 takes a free one. Throws SK-SHOW-LISTEN
 * for anything else, a bare port among it: whether that means loopback or every address is not to be guessed.
 */
export function parseListen(text: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535) {
    throw new SpotkeeperError(
      "SK-SHOW-LISTEN",
      `show.listen is ${JSON.stringify(text.slice(0, 80))}; it must be host:port, such as ${DEFAULT_LISTEN} or [::1]:8787.`,
    );
  }
  return { host, port };
}

/** Whether only this machine can reach an address. A name other than `localhost` can mean any. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host);
}

/** Refuses (SK-SHOW-LISTEN) to be reached from elsewhere without tokens: incidents name instances and services. */
export function requireSafe({ host }: Listen, tokens: readonly string[]): void {
  if (tokens.length > 0 || isLoopback(host)) return;
  throw new SpotkeeperError(
    "SK-SHOW-LISTEN",
    `show.listen is ${host}, which others can reach, and show.auth has no token. Set one, or listen on ${DEFAULT_LISTEN}.`,
  );
}
