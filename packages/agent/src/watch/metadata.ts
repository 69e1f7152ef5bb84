import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Reply, Send } from "../net/send.ts";
import { createToken, isNoToken } from "./token.ts";
import { noAnswer, refused } from "./trouble.ts";

/** What the metadata service said of one path. That it could not be asked is never "nothing". */
export type Answer =
  | { readonly is: "found"; readonly body: string; readonly date: Ms | null }
  | { readonly is: "nothing" }
  | { readonly is: "failed"; readonly error: SpotkeeperError };

export interface Metadata {
  /** Asks for one path, within `timeout` milliseconds in all. Never rejects. */
  get(path: string, timeout: Ms): Promise<Answer>;
}

export interface MetadataOptions {
  readonly endpoint: URL;
  /** Ask without a token where none can be had: version 1. */
  readonly allowV1: boolean;
  readonly send: Send;
  readonly clock: Clock;
}

/** No single request takes longer than this, so that a second one has its chance within a try. */
const REQUEST: Ms = 1_000;

/**
 * The instance metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 */
export function createMetadata({ endpoint, allowV1, send, clock }: MetadataOptions): Metadata {
  const token = createToken(endpoint, send, clock);

  return answering(endpoint, async (path, timeout) => {
    const until = clock.now() + timeout;
    const left = (): Ms => Math.max(1, Math.min(REQUEST, until - clock.now()));
    const url = new URL(path, endpoint);
    const ask = (value: string): Promise<Reply> =>
      send({ method: "GET", url, headers: value === "" ? {} : { "x-aws-ec2-metadata-token": value }, timeout: left() });
    const value = await token.get(left()).catch((error: unknown) => {
      if (allowV1 && error instanceof SpotkeeperError && isNoToken(error)) return "";
      throw error;
    });
    const reply = await ask(value);
    if (reply.status !== 401 || value === "") return reply;
    // The token is no longer taken, whatever its age (the instance slept, or the service started anew).
    token.drop(value);
    return ask(await token.get(left()));
  });
}

/** What `ask` brings, as an answer: 404 is nothing, and whatever else goes wrong is a failure. */
export const answering = (endpoint: URL, ask: (path: string, timeout: Ms) => Promise<Reply>): Metadata => ({
  async get(path, timeout) {
    try {
      const { status, body, headers } = await ask(path, timeout);
      if (status === 404) return { is: "nothing" };
      if (status !== 200) return { is: "failed", error: refused(endpoint, path, status) };
      return { is: "found", body, date: Date.parse(headers.date ?? "") || null };
    } catch (error) {
      return {
        is: "failed",
        error: error instanceof SpotkeeperError ? error : noAnswer(endpoint, path, error as Error),
      };
    }
  },
});
