import type { Clock, Ms } from "../clock.ts";
import type { Headers, Send } from "../net/send.ts";
import { trouble } from "./trouble.ts";

/**
 * What a request is sent with: a token; nothing where there is none to be had and version 1 is allowed. Rejects with what is
 * wrong.
 *
 * @param until the instant at which nobody waits for it any longer
 * @param refused what is no longer taken
 */
export type Token = (until: Ms, refused?: Headers) => Promise<Headers>;

/**
 * A session token of version 2, renewed when a fifth of its life is left, and when it is refused. However many ask, one
 * request is made; and while the old token is taken, a renewal that fails holds nobody up
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 *
 * @param allowV1 ask without a token where none can be had: version 1. Tokens are tried again soon
 */
export const createToken = (endpoint: URL, allowV1: boolean, send: Send, clock: Clock): Token => {
  const TOKEN = "x-aws-ec2-metadata-token";
  /** The longest life that AWS gives a token, in seconds. One that ends sooner is refused then. */
  const LIFE = 21_600;
  /** How long a token serves before the next is asked for. */
  const FRESH: Ms = 17_280_000;
  /** How long after a renewal that brought no token the next is tried. */
  const AGAIN: Ms = 5_000;
  const url = new URL("/latest/api/token", endpoint);
  let held: Headers | undefined;
  let renewAt = 0;
  let renewal: Promise<Headers> | null | undefined;

  const renew = async (until: Ms, refused?: Headers): Promise<Headers> => {
    renewAt = clock.now() + AGAIN;
    const reply = await send("PUT", url, { [`${TOKEN}-ttl-seconds`]: `${LIFE}` }, until);
    const { status, body } = reply;
    renewal = null;
    // What cannot stand in a header is no token, whoever answered.
    if (status === 200 && /^[!-~]+$/.test(body)) {
      renewAt += FRESH;
      held = { [TOKEN]: body };
    } else if (allowV1 && status < 500) held = held === refused ? {} : held;
    else {
      throw trouble(
        url,
        reply,
        ["SK-AGENT-IMDS-TOKEN", "switch it on, or set allowV1"],
        // The answer to the PUT did not come through: its packets were allowed too few hops
        // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
        ["SK-AGENT-IMDS-HOPS", "a container needs --http-put-response-hop-limit 2"],
      );
    }
    return held as Headers;
  };

  return async (until, refused) => {
    // With none yet, and none refused, both are undefined.
    if (held === refused || clock.now() > renewAt) (renewal ??= renew(until, refused)).catch(() => {});
    return (held === refused ? renewal : held) as Headers | Promise<Headers>;
  };
};
