import type { Clock } from "../../clock.ts";
import type { Verdict } from "../verdict.ts";
import { parse } from "../parse.ts";
import { split } from "../split.ts";
import type { Origin } from "../../model/signal.ts";

/** The result of one message of a request; `number` counts from 1. */
export interface Ingested {
  readonly number: number;
  readonly verdict: Verdict;
}

export interface HttpTransport {
  /**
   * Accepts all messages of the body concurrently. Returns null and accepts none if the body has more than
   * `MOST_MESSAGES` messages or `MOST_SIGNALS` signals. Never rejects.
   */
  take(body: string): Promise<readonly Ingested[] | null>;
}

export interface HttpTransportDeps {
  readonly accept: (body: string, origin: Origin) => Promise<Verdict>;
  readonly clock: Pick<Clock, "now">;
  /** Sources whose events are accepted as AWS's (see `parse`). */
  readonly trusted: readonly string[];
  /** Called when a message failed by a bug in Spotkeeper; the client is asked to send it again. */
  readonly onFailure: (error: unknown) => void;
}

/** Limit of messages beside the limit of bytes: an array of a million zeros has one megabyte. */
export const MOST_MESSAGES = 1_000;
/** Limit of signals: one AWS Health event can name many instances, and each may open an incident. */
export const MOST_SIGNALS = 1_000;

/** Accepts the bodies of `POST /api/v1/signals`: one message, or an array of them. */
export function createHttpTransport({ accept, clock, trusted, onFailure }: HttpTransportDeps): HttpTransport {
  return {
    async take(body) {
      const messages = body.trim() === "" ? [] : split(body, { file: null });
      if (messages.length > MOST_MESSAGES) return null;
      const origin: Origin = { source: "http", account: null, region: null, sentAt: null, receivedAt: clock.now() };
      let signals = 0;
      for (const each of messages) {
        const parsed = parse(each.body, origin, trusted);
        if (parsed.is === "signals") signals += parsed.signals.length;
        if (signals > MOST_SIGNALS) return null;
      }
      return Promise.all(
        messages.map(async (each): Promise<Ingested> => {
          try {
            return { number: each.message, verdict: await accept(each.body, origin) };
          } catch (error) {
            onFailure(error);
            return { number: each.message, verdict: { is: "later", reason: "something went wrong here" } };
          }
        }),
      );
    },
  };
}
