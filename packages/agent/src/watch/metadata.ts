import type { Ms } from "../clock.ts";
import type { Headers, Reply, Send } from "../net/send.ts";
import type { Token } from "./token.ts";
import { trouble } from "./trouble.ts";

/**
 * Asks, and reads the answer; null: there is nothing. Beside it the hour by the service, as HTTP writes it; undefined where
 * it does not say. Rejects with a `SpotkeeperError`: that it could not be asked, or makes no sense, is never "nothing".
 *
 * @param until the instant by which the answer must be there
 * @param read throws where the body makes no sense
 */
export type Ask = <T>(
  url: URL,
  until: Ms,
  read: (body: string) => T,
) => Promise<readonly [seen: T | null, date?: string | undefined]>;

/**
 * Asks a metadata service: that of the instance with tokens, that of an ECS task without.
 *
 * @param nothing the status that says that there is nothing; whatever else is not 200 is a failure
 */
export const createAsk =
  (send: Send, nothing = 200, tokenOf: Token = async () => ({})): Ask =>
  async (url, until, read) => {
    let token: Headers | undefined;
    const get = async (): Promise<Reply> => send("GET", url, (token = await tokenOf(until, token)), until);
    let reply = await get();
    // The token is no longer taken, whatever its age (the instance slept, or the service started anew).
    if (reply.status === 401) reply = await get();
    const { status, date, body } = reply;
    try {
      if (status === 200) return [read(body), date];
      if (status === nothing) return [null];
    } catch {
      // It is told below.
    }
    throw trouble(url, reply, ["SK-AGENT-IMDS-ANSWER", "not as AWS documents it"]);
  };
