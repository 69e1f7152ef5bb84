import type { Clock, Ms } from "../clock.ts";
import { codeOf } from "../errors.ts";
import { type Send, SILENT } from "../net/send.ts";
import { trouble } from "./trouble.ts";

/**
 * A token that lives; empty where there is none to be had and version 1 is allowed. Rejects with the trouble that there is
 * with it, or that of a request that could not be made.
 *
 * @param until the instant at which nobody waits for it any longer
 * @param refused the one that is no longer taken
 */
export type Token = (until: Ms, refused?: string) => Promise<string>;

const TTL = "x-aws-ec2-metadata-token-ttl-seconds";

/**
 * A session token, renewed when a fifth of its life is left. However many ask, one request is made; and while the old
 * token lives, a renewal that fails holds nobody up.
 */
export const createToken = (endpoint: URL, allowV1: boolean, send: Send, clock: Clock): Token => {
  /** The longest life that AWS gives a token, in seconds. */
  const LIFE = 21_600;
  /** How long after a renewal that failed the next is tried, while the old token still lives. */
  const AGAIN: Ms = 5_000;
  const url = new URL("/latest/api/token", endpoint);
  let [value, renewAt, expires] = ["", 0, 0];
  let asking: Promise<string> | null = null;

  const ask = async (until: Ms): Promise<string> => {
    const asked = clock.now();
    try {
      const { status, headers, body } = await send("PUT", url, { [TTL]: `${LIFE}` }, until);
      // What cannot stand in a header is no token, whoever answered.
      if (status === 200 && /^[!-~]+$/.test(body)) {
        const life = (Number(headers[TTL]) || LIFE) * 1_000;
        [value, renewAt, expires] = [body, asked + life * 0.8, asked + life];
        return value;
      }
      if (allowV1 && status < 500) return "";
      throw trouble(url, "SK-AGENT-IMDS-TOKEN", `answers ${status}: it is switched off, or needs allowV1`);
    } catch (error) {
      if (codeOf(error) !== SILENT) throw error;
      if (allowV1) return "";
      // The connection stood, and yet the answer to the PUT did not come through: its packets were allowed too few hops
      // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
      const said =
        "takes connections and does not answer: a container needs the host's network or --http-put-response-hop-limit 2";
      throw trouble(url, "SK-AGENT-IMDS-HOPS", said);
    } finally {
      asking = null;
    }
  };

  return async (until, refused) => {
    const now = clock.now();
    if (now >= expires || value === refused) return (asking ??= ask(until));
    if (now >= renewAt) {
      renewAt = now + AGAIN;
      (asking ??= ask(until)).catch(() => {});
    }
    return value;
  };
};
