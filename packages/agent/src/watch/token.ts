import type { Clock, Ms } from "../clock.ts";
import type { Headers, Send } from "../net/send.ts";
import { trouble } from "./trouble.ts";

/**
 * Returns the headers of a request: a token, or none if no token is available and version 1 is allowed. Rejects if no
 * token can be had.
 *
 * @param until the instant by which the headers must be there
 * @param refused the headers that the service refused
 */
export type Token = (until: Ms, refused?: Headers) => Promise<Headers>;

/**
 * Creates a source of session tokens (IMDSv2). A token is renewed when a fifth of its life is left, and when it is
 * refused. Concurrent callers share one request. While the old token is valid, a failed renewal delays nobody
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 *
 * @param allowV1 use version 1 while no token is available; tokens are tried again soon
 */
export const createToken = (endpoint: URL, allowV1: boolean, send: Send, clock: Clock): Token => {
  const TOKEN = "x-aws-ec2-metadata-token";
  /** The longest life that AWS gives a token, in seconds. A token that expires sooner is refused, and then renewed. */
  const LIFE = 21_600;
  /** How long a token is used before it is renewed. */
  const RENEW_AFTER: Ms = 17_280_000;
  /** Pause after a failed renewal. */
  const RETRY_PAUSE: Ms = 5_000;
  const url = new URL("/latest/api/token", endpoint);
  let current: Headers | undefined;
  let renewAt = 0;
  let renewal: Promise<Headers> | null | undefined;

  const renew = async (until: Ms, refused?: Headers): Promise<Headers> => {
    renewAt = clock.now() + RETRY_PAUSE;
    const reply = await send("PUT", url, { [`${TOKEN}-ttl-seconds`]: `${LIFE}` }, until);
    const { status, body } = reply;
    renewal = null;
    // A text that cannot be a header value is no token, whoever answered.
    if (status === 200 && /^[!-~]+$/.test(body)) {
      renewAt += RENEW_AFTER;
      current = { [TOKEN]: body };
    } else if (allowV1 && status < 500) current = current === refused ? {} : current;
    else {
      throw trouble(
        url,
        reply,
        ["SK-AGENT-IMDS-TOKEN", "switch it on, or set allowV1"],
        // The answer to the PUT was lost: its packets had too few hops
        // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
        ["SK-AGENT-IMDS-HOPS", "a container needs --http-put-response-hop-limit 2"],
      );
    }
    return current as Headers;
  };

  return async (until, refused) => {
    // Before the first token, both are undefined.
    if (current === refused || clock.now() > renewAt) (renewal ??= renew(until, refused)).catch(() => {});
    return (current === refused ? renewal : current) as Headers | Promise<Headers>;
  };
};
