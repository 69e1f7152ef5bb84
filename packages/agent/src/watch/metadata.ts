import type { Ms } from "../clock.ts";
import type { Headers, Reply, Send } from "../net/send.ts";
import type { Token } from "./token.ts";
import { trouble } from "./trouble.ts";

/**
 * Sends a request and parses the answer. The first value is null if the service says that there is nothing; the second
 * is the `Date` header, or undefined. Rejects with a `SpotkeeperError` if the service cannot be asked or its answer
 * makes no sense: that never counts as "nothing".
 *
 * @param until the instant by which the answer must be there
 * @param read throws if the body makes no sense
 */
export type Ask = <T>(
  url: URL,
  until: Ms,
  read: (body: string) => T,
) => Promise<readonly [seen: T | null, date?: string | undefined]>;

/**
 * Creates a client of a metadata service: the instance's (with tokens) or an ECS task's (without).
 *
 * @param nothing the HTTP status that means "there is nothing"; any other status than it and 200 is a failure
 */
export const createAsk =
  (send: Send, nothing = 200, tokenOf: Token = async () => ({})): Ask =>
  async (url, until, read) => {
    let token: Headers | undefined;
    const get = async (): Promise<Reply> => send("GET", url, (token = await tokenOf(until, token)), until);
    let reply = await get();
    // The token was refused, whatever its age (the instance slept, or the service was restarted). Try once with a new
    // one.
    if (reply.status === 401) reply = await get();
    const { status, date, body } = reply;
    try {
      if (status === 200) return [read(body), date];
      if (status === nothing) return [null];
    } catch {
      // The error is thrown below.
    }
    throw trouble(url, reply, ["SK-AGENT-IMDS-ANSWER", "not as AWS documents it"]);
  };
