import type { Place } from "../ask.ts";
import type { Clock, Ms } from "../../clock.ts";
import { classify } from "../classify.ts";
import { type AwsFailure, failed, retryAt } from "../failure.ts";
import type { Batch, CallRecord, Operation } from "../operation.ts";
import type { Candidate, Lane } from "./lane.ts";
import { moreUrgent, type Urgency } from "./queue.ts";

/** Timeout of a request; a deadline may end it sooner. */
const LONGEST_CALL: Ms = 10_000;

/** The requests of one batch. */
export interface Requests {
  readonly request: Batch<unknown>["request"];
  /** Aborts the request in flight if no caller waits any more. */
  abandonIfUnwanted(): void;
}

export interface RequestsOptions {
  readonly operation: Pick<Operation<never, never>, "service" | "name">;
  readonly at: Place;
  readonly lane: Lane;
  readonly clock: Clock;
  readonly onCall: (record: CallRecord) => void;
  readonly batch: readonly { urgency(): Urgency; isWanted(): boolean }[];
}

/** Creates the requests of a batch. The first is sent at once, since its token was taken with the batch. */
export function createRequests(options: RequestsOptions): Requests {
  const { operation, at, lane, clock, batch } = options;
  const abandoned = new AbortController();
  let first = true;

  const called = (name: string): { readonly service: string; readonly name: string } => ({
    service: operation.service,
    name,
  });

  const turn = (): Promise<void> => {
    if (first) {
      first = false;
      return Promise.resolve();
    }
    return nextTurn(lane, () => urgencyOf(batch), abandoned.signal);
  };

  return {
    async request(run, name = operation.name) {
      await turn();
      const sentAt = clock.now();
      const ended = new AbortController();
      const cancelLimit = clock.setTimer(sentAt + LONGEST_CALL, () =>
        ended.abort(failed("timed-out", called(name), "Timeout", `AWS did not answer within ${LONGEST_CALL / 1000} s`)),
      );
      const signal = AbortSignal.any([abandoned.signal, ended.signal]);
      const record = (outcome: CallRecord["outcome"]): void =>
        options.onCall({
          service: operation.service,
          operation: name,
          account: at.account,
          region: at.region,
          outcome,
          purpose: urgencyOf(batch)?.purpose ?? "act",
          ms: clock.now() - sentAt,
          batch: batch.length,
        });
      try {
        const output = await Promise.race([run(signal), rejection(signal)]);
        lane.bucket.accepted(clock.now());
        record("ok");
        return output;
      } catch (error) {
        const failure = classify(signal.aborted ? signal.reason : error, called(name));
        record(failure.fields.kind);
        if (failure.fields.kind !== "throttled") throw failure;
        throw retryAt(failure, lane.bucket.throttled(sentAt, clock.now()));
      } finally {
        cancelLimit();
      }
    },
    abandonIfUnwanted() {
      if (batch.some((one) => one.isWanted())) return;
      abandoned.abort(failed("timed-out", operation, "DeadlinePassed", "nobody waits for the answer any more"));
    },
  };
}

/** Resolves when the lane allows the next page. */
function nextTurn(lane: Lane, urgency: () => Urgency | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      lane.remove(candidate);
      signal.removeEventListener("abort", onAbort);
    };
    const onAbort = (): void => {
      leave();
      reject(signal.reason as AwsFailure);
    };
    const candidate: Candidate = {
      starts: false,
      urgency,
      grant() {
        leave();
        resolve();
      },
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    lane.add(candidate);
    lane.look();
  });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as AwsFailure);
    else signal.addEventListener("abort", () => reject(signal.reason as AwsFailure), { once: true });
  });
}

/** Returns the highest urgency; null if there is none. */
export const urgencyOf = (all: readonly { urgency(): Urgency }[]): Urgency | null =>
  all.reduce<Urgency | null>((best, one) => (best === null ? one.urgency() : moreUrgent(best, one.urgency())), null);
