import type { Clock, Ms } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import { NoReply, type Send } from "../net/send.ts";
import { deaf, refusedToken } from "./trouble.ts";

const TTL = "x-aws-ec2-metadata-token-ttl-seconds";
/** The longest life that AWS gives a token, in seconds. */
const LIFE = 21_600;
/** How long after a renewal that failed the next is tried, while the old token still lives. */
const AGAIN: Ms = 5_000;

/** There is no token to be had from a service that is there. */
export const isNoToken = ({ code }: SpotkeeperError): boolean =>
  code === "SK-AGENT-IMDS-TOKEN" || code === "SK-AGENT-IMDS-HOPS";

export interface Token {
  /** A token that lives. Rejects with the trouble that there is with it, or that of a request that could not be made. */
  get(timeout: Ms): Promise<string>;
  /** This one is no longer taken. */
  drop(value: string): void;
}

/**
 * A session token, renewed when a fifth of its life is left. However many ask, one request is made; and while the old
 * token lives, a renewal that fails holds nobody up.
 */
export function createToken(endpoint: URL, send: Send, clock: Clock): Token {
  let [value, renewAt, expires] = ["", 0, 0];
  let asking: Promise<string> | null = null;

  const fetch = async (timeout: Ms): Promise<string> => {
    const asked = clock.now();
    const url = new URL("/latest/api/token", endpoint);
    try {
      const reply = await send({ method: "PUT", url, headers: { [TTL]: String(LIFE) }, timeout });
      if (reply.status !== 200 || reply.body === "") throw refusedToken(endpoint, reply.status);
      const told = Number(reply.headers[TTL]);
      const life = (told > 0 ? told : LIFE) * 1_000;
      [value, renewAt, expires] = [reply.body.trim(), asked + life * 0.8, asked + life];
      return value;
    } catch (error) {
      throw error instanceof NoReply && error.deaf ? deaf(endpoint) : error;
    } finally {
      asking = null;
    }
  };
  const renew = (timeout: Ms): Promise<string> => (asking ??= fetch(timeout));

  return {
    async get(timeout) {
      const now = clock.now();
      if (value === "" || now >= expires) return renew(timeout);
      if (now >= renewAt && asking === null) {
        renewAt = now + AGAIN;
        renew(timeout).catch(() => {});
      }
      return value;
    },
    drop(refusedValue) {
      if (value === refusedValue) value = "";
    },
  };
}
