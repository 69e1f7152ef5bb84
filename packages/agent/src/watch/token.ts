import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { NoReply, type Send } from "../net/send.ts";
import { noAnswer, noToken, refusedToken } from "./trouble.ts";

/** The longest life that AWS gives a token, in seconds. */
const LIFE = 21_600;
/** No request takes longer than this. */
const REQUEST: Ms = 1_000;
/** How long after a renewal that failed the next is tried, while the old token still lives. */
const AGAIN: Ms = 5_000;

/** There is no token to be had. */
export class NoToken extends SpotkeeperError {}

export interface Token {
  /** A token that lives. Rejects with `NoToken`, or with the error of a request that could not be made. */
  get(until: Ms): Promise<string>;
  /** This one is no longer taken. */
  drop(value: string): void;
}

interface Held {
  readonly value: string;
  readonly renewAt: Ms;
  readonly expires: Ms;
}

/**
 * A session token, renewed when a fifth of its life is left. However many ask, one request is made; and while the old
 * token lives, a renewal that fails holds nobody up.
 */
export function createToken(deps: { readonly endpoint: URL; readonly send: Send; readonly clock: Clock }): Token {
  const { endpoint, send, clock } = deps;
  let held: Held | null = null;
  let asking: Promise<Held> | null = null;

  const fetch = async (until: Ms): Promise<Held> => {
    const asked = clock.now();
    const url = new URL("/latest/api/token", endpoint);
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": String(LIFE) };
    const timeout = Math.max(1, Math.min(REQUEST, until - asked));
    const reply = await send({ method: "PUT", url, headers, timeout }).catch((error: unknown) => {
      throw error instanceof NoReply && error.connected && error.timedOut
        ? new NoToken(...noToken(endpoint, error))
        : noAnswer(endpoint, url.pathname, error);
    });
    if (reply.status >= 500) throw new SpotkeeperError(...refusedToken(endpoint, reply.status));
    if (reply.status !== 200 || reply.body === "") throw new NoToken(...refusedToken(endpoint, reply.status));
    const told = Number(reply.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    const life = (told > 0 ? told : LIFE) * 1_000;
    return { value: reply.body.trim(), renewAt: asked + life * 0.8, expires: asked + life };
  };
  const renew = (until: Ms): Promise<Held> => {
    asking ??= fetch(until)
      .then((fresh) => (held = fresh))
      .finally(() => (asking = null));
    return asking;
  };

  return {
    async get(until) {
      const now = clock.now();
      if (held === null || now >= held.expires) return (await renew(until)).value;
      const { value } = held;
      if (now >= held.renewAt && asking === null) {
        held = { ...held, renewAt: now + AGAIN };
        renew(until).catch(() => {});
      }
      return value;
    },
    drop(value) {
      if (held?.value === value) held = null;
    },
  };
}
