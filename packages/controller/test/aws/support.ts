import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import type { Ask, Place } from "../../src/aws/ask.ts";
import type { AwsFailure } from "../../src/aws/failure.ts";
import { createLanes, type Lanes } from "../../src/aws/lanes.ts";
import type { Limit } from "../../src/aws/limits.ts";
import type { CallRecord, Operation } from "../../src/aws/operation.ts";

export const START = Date.UTC(2026, 10, 21);
const here: Place = { account: null, region: "eu-west-1" };

export const wide: Limit = { name: "wide", capacity: 1_000, refill: 1_000 };

/** A request that reached the pretended AWS. */
export interface Sent {
  readonly at: number;
  readonly items: readonly string[];
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly lanes: Lanes;
  readonly records: CallRecord[];
  readonly sent: Sent[];
  /** An operation that takes `latency` and answers each item with `did <item>`, unless `answer` says otherwise. */
  operation(
    more?: Partial<Operation<string, string>> & { answer?: Answer; latency?: number },
  ): Operation<string, string>;
  ask(operation: Operation<string, string>, item: string, ask?: Partial<Ask>, group?: string): Promise<string>;
}

/** Throws to reject the whole call. */
type Answer = (items: readonly string[], at: number) => (item: string) => string | AwsFailure;

export function bench(random: () => number = () => 0.5): Bench {
  const clock = virtualClock(START);
  const records: CallRecord[] = [];
  const sent: Sent[] = [];
  const lanes = createLanes({ clock, random, onCall: (record) => records.push(record) });
  return {
    clock,
    lanes,
    records,
    sent,
    operation({ answer = () => (item: string) => `did ${item}`, latency = 50, ...more } = {}) {
      return {
        service: "test",
        name: "Do",
        limit: wide,
        size: 10,
        share: "queued",
        keyOf: (item) => item,
        send: (batch) =>
          batch.request(async (signal) => {
            sent.push({ at: clock.now() - START, items: batch.items });
            await clock.sleep(latency, signal);
            return answer(batch.items, clock.now() - START);
          }),
        ...more,
      };
    },
    ask: (operation, item, ask = {}, group = "") =>
      lanes.ask(here, operation, group, item, { purpose: "act", deadline: START + 120_000, ...ask }),
  };
}

/** What became of each promise. */
export const outcomes = async (promises: readonly Promise<string>[]): Promise<string[]> =>
  (await Promise.allSettled(promises)).map((result) =>
    result.status === "fulfilled" ? result.value : (result.reason as AwsFailure).fields.kind,
  );
