import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Reply, Send } from "../net/send.ts";
import { createToken, NoToken } from "./token.ts";
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

/**
 * The instance metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
 */
export function createMetadata({ endpoint, allowV1, send, clock }: MetadataOptions): Metadata {
  const token = createToken({ endpoint, send, clock });

  const ask = async (path: string, until: Ms): Promise<Reply> => {
    let value: string | null;
    try {
      value = await token.get(until);
    } catch (error) {
      if (!allowV1 || !(error instanceof NoToken)) throw error;
      value = null;
    }
    const headers = value === null ? {} : { "x-aws-ec2-metadata-token": value };
    const reply = await send({ method: "GET", url: new URL(path, endpoint), headers, timeout: left(clock, until) });
    if (reply.status !== 401 || value === null) return reply;
    // The token is no longer taken, whatever its age (the instance slept, or the service started anew).
    token.drop(value);
    const fresh = { "x-aws-ec2-metadata-token": await token.get(until) };
    return send({ method: "GET", url: new URL(path, endpoint), headers: fresh, timeout: left(clock, until) });
  };

  return {
    async get(path, timeout) {
      try {
        const { status, body, headers } = await ask(path, clock.now() + timeout);
        if (status === 404) return { is: "nothing" };
        if (status !== 200) return { is: "failed", error: refused(endpoint, path, status) };
        const date = Date.parse(headers.date ?? "");
        return { is: "found", body, date: Number.isNaN(date) ? null : date };
      } catch (error) {
        if (error instanceof SpotkeeperError) return { is: "failed", error };
        return { is: "failed", error: noAnswer(endpoint, path, error) };
      }
    },
  };
}

/** No single request takes longer than this, so that a second one has its chance within a try. */
const REQUEST: Ms = 1_000;
const left = (clock: Clock, until: Ms): Ms => Math.max(1, Math.min(REQUEST, until - clock.now()));
