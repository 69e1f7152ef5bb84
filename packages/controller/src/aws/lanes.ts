import type { Ask, Place } from "./ask.ts";
import type { Clock } from "../clock.ts";
import { failed } from "./failure.ts";
import { createLane, type Lane } from "./lanes/lane.ts";
import { createLine, type Line } from "./lanes/line.ts";
import type { Limit } from "./limits.ts";
import type { CallRecord, Operation } from "./operation.ts";

export interface LanesOptions {
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly onCall: (record: CallRecord) => void;
}

/**
 * The ways to AWS: one lane for each account, region and request budget. A lane paces by a token bucket that learns
 * from throttling, serves what is urgent first (effects, then by deadline), merges what queued meanwhile into batches,
 * splits a batch that AWS rejects, and answers each caller alone. Nothing is stored: a kill needs no recovery.
 */
export interface Lanes {
  /**
   * Asks AWS about, or to do something to, one item. Items of equal operation and `group` may share a call. Makes no
   * second attempt. Rejects with `AwsFailure`; with `timed-out` at `ask.deadline` at the latest, and without a call
   * where that has passed.
   */
  ask<Item, Answer>(
    at: Place,
    operation: Operation<Item, Answer>,
    group: string,
    item: Item,
    ask: Ask,
  ): Promise<Answer>;
  /** Answers everyone who waits with `unavailable`, and takes nothing more. */
  close(): void;
}

/** Lanes that are kept though idle: their buckets are learnt. Regions come from messages, so there must be a bound. */
const MOST_IDLE = 2_000;

export function createLanes(options: LanesOptions): Lanes {
  const { clock } = options;
  const lanes = new Map<string, Lane>();
  const lines = new Map<string, Line<unknown, unknown>>();
  let closed = false;

  const laneOf = (place: string, limit: Limit): Lane => {
    const key = `${place}/${limit.name}`;
    const known = lanes.get(key);
    if (known !== undefined) return known;
    if (lanes.size >= MOST_IDLE) forgetIdle(lanes);
    const charged = limit.also === undefined ? null : laneOf(place, limit.also);
    const lane = createLane(limit, clock, options.random, charged);
    lanes.set(key, lane);
    return lane;
  };

  const lineOf = <Item, Answer>(at: Place, operation: Operation<Item, Answer>, group: string): Line<Item, Answer> => {
    const place = `${at.account ?? ""}/${at.region}`;
    const key = JSON.stringify([place, operation.service, operation.name, group]);
    const known = lines.get(key);
    // Of equal key, hence of equal operation, which gave the types.
    if (known !== undefined) return known as Line<Item, Answer>;
    const lane = laneOf(place, operation.limit);
    const onEmpty = (): void => void lines.delete(key);
    const line = createLine({ ...options, operation, at, group, lane, onEmpty });
    lines.set(key, line);
    return line;
  };

  return {
    ask(at, operation, group, item, ask) {
      if (closed) return Promise.reject(failed("unavailable", operation, "Closed", "the worker stops"));
      return lineOf(at, operation, group).ask(item, ask);
    },
    close() {
      closed = true;
      const stopped = failed("unavailable", { service: "aws", name: "any" }, "Closed", "the worker stops");
      for (const line of [...lines.values()]) line.close(stopped);
    },
  };
}

/** A lane that a busy one is charged to as well stays: the two must count in one bucket. */
function forgetIdle(lanes: Map<string, Lane>): void {
  const busy = [...lanes.values()].filter((lane) => !lane.idle());
  const kept = new Set([...busy, ...busy.flatMap(({ charged }) => charged ?? [])]);
  for (const [key, lane] of lanes) if (!kept.has(lane)) lanes.delete(key);
}
