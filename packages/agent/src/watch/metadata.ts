import type { Clock, Ms } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Reply, Send } from "../net/send.ts";
import { createToken } from "./token.ts";
import { trouble } from "./trouble.ts";

/**
 * Asks, and reads the answer; null: there is nothing. Rejects with a `SpotkeeperError`: that it could not be asked, or makes
 * no sense, is never "nothing".
 *
 * @param until the instant by which the answer must be there
 */
export type Ask = <T>(url: URL, until: Ms, read: (reply: Reply | null) => T) => Promise<T>;

/**
 * The instance metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 *
 * @param allowV1 ask without a token where none can be had: version 1
 */
export const createMetadata = (endpoint: URL, allowV1: boolean, send: Send, clock: Clock): Ask => {
  const tokenOf = createToken(endpoint, allowV1, send, clock);
  return answering(404, async (url, until) => {
    const ask = (token: string): Promise<Reply> =>
      send("GET", url, token ? { "x-aws-ec2-metadata-token": token } : {}, until);
    const token = await tokenOf(until);
    const reply = await ask(token);
    // The token is no longer taken, whatever its age (the instance slept, or the service started anew).
    return reply.status === 401 && token ? ask(await tokenOf(until, token)) : reply;
  });
};

/**
 * The task metadata endpoint, which wants no token
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html). A task that it does not
 * know is not one that goes on.
 */
export const createTaskMetadata = (send: Send): Ask => answering(0, (url, until) => send("GET", url, {}, until));

/** @param nothing the status that says that there is nothing; whatever else is not 200 is a failure */
const answering =
  (nothing: number, ask: (url: URL, until: Ms) => Promise<Reply>): Ask =>
  async (url, until, read) => {
    let status = 0;
    try {
      const reply = await ask(url, until);
      status = reply.status;
      if (status === 200 || status === nothing) return read(status === 200 ? reply : null);
    } catch (error) {
      if (error instanceof SpotkeeperError) throw error;
      const why = `cannot be asked (${messageOf(error)}); off EC2, set AWS_EC2_METADATA_DISABLED=true`;
      if (!status) throw trouble(url, "SK-AGENT-IMDS-AWAY", why);
    }
    throw trouble(url, "SK-AGENT-IMDS-ANSWER", `answers ${status}, and not as AWS documents it: it is asked again`);
  };
