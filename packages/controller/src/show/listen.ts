import { SpotkeeperError } from "../errors.ts";

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** The default address. */
export const DEFAULT_LISTEN = "127.0.0.1:8787";

/**
 * Parses `host:port`; an IPv6 address is in brackets (`[::1]:8787`), port 0 means a free one. Throws SK-SHOW-LISTEN for
 * anything else, also for a port alone, which could mean loopback or all addresses.
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

/** Whether an address is reachable only from this machine. Of names only `localhost` is accepted. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Throws SK-SHOW-LISTEN if other machines can reach the API without tokens: incidents contain names of instances and
 * services.
 */
export function requireSafe({ host }: Listen, tokens: readonly string[]): void {
  if (tokens.length > 0 || isLoopback(host)) return;
  throw new SpotkeeperError(
    "SK-SHOW-LISTEN",
    `show.listen is ${host}, which others can reach, and show.auth has no token. Set one, or listen on ${DEFAULT_LISTEN}.`,
  );
}
