import type { Clock } from "../../clock.ts";
import type { Verdict } from "../verdict.ts";
import { parse } from "../parse.ts";
import { split } from "../split.ts";
import type { Origin } from "../../model/signal.ts";

/** What became of one message of a request; they count from 1. */
export interface Ingested {
  readonly number: number;
  readonly verdict: Verdict;
}

export interface HttpTransport {
  /**
   * Every message that the body holds, side by side; null, and none of them is taken: it holds more than `MOST_MESSAGES`,
   * or they hold more than `MOST_SIGNALS`. Never rejects.
   */
  take(body: string): Promise<readonly Ingested[] | null>;
}

export interface HttpTransportDeps {
  readonly accept: (body: string, origin: Origin) => Promise<Verdict>;
  readonly clock: Pick<Clock, "now">;
  /** Sources whose events are taken for AWS's (see parse). */
  readonly trusted: readonly string[];
  /** A message whose handling failed by a mistake of ours; the caller is told to send it again. */
  readonly onFailure: (error: unknown) => void;
}

/** A request's worth of work is bounded by more than its bytes: an array of a million zeros has one megabyte. */
export const MOST_MESSAGES = 1_000;
/** One message can hold many: an AWS Health event names all instances that it concerns. Each may open an incident. */
export const MOST_SIGNALS = 1_000;

/** Carries bodies of `POST /api/v1/signals` into the flow: one message, or an array of them. */
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
