import type { Clock, Ms } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Reply, Send } from "../net/send.ts";
import { createToken } from "./token.ts";
import { trouble } from "./trouble.ts";

/**
 * Asks, until an instant. Null: there is nothing. Rejects with a `SpotkeeperError`: that it could not be asked is never
 * "nothing".
 */
export type Ask = (url: URL, until: Ms) => Promise<Reply | null>;

/**
 * The instance metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 *
 * @param allowV1 ask without a token where none can be had: version 1
 */
export function createMetadata(endpoint: URL, allowV1: boolean, send: Send, clock: Clock): Ask {
  const tokenOf = createToken(endpoint, allowV1, send, clock);
  return answering(404, async (url, until) => {
    const ask = (token: string): Promise<Reply> =>
      send("GET", url, token ? { "x-aws-ec2-metadata-token": token } : {}, until);
    const token = await tokenOf(until);
    const reply = await ask(token);
    // The token is no longer taken, whatever its age (the instance slept, or the service started anew).
    return reply.status === 401 && token ? ask(await tokenOf(until, token)) : reply;
  });
}

/**
 * The task metadata endpoint, which wants no token
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html). A task that it does not
 * know is not one that goes on.
 */
export const createTaskMetadata = (send: Send): Ask => answering(null, (url, until) => send("GET", url, {}, until));

/** @param nothing the status that says that there is nothing; whatever else is not 200 is a failure */
const answering =
  (nothing: number | null, ask: (url: URL, until: Ms) => Promise<Reply>): Ask =>
  async (url, until) => {
    try {
      const reply = await ask(url, until);
      if (reply.status === nothing) return null;
      if (reply.status === 200) return reply;
      throw trouble(url, "SK-AGENT-IMDS-REFUSED", `answers ${reply.status}: it is asked again`);
    } catch (error) {
      if (error instanceof SpotkeeperError) throw error;
      const said = `cannot be asked (${messageOf(error)}): on EC2, see what blocks it; elsewhere notices come by signals only`;
      throw trouble(url, "SK-AGENT-IMDS-AWAY", said, error);
    }
  };
