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
 * The queues of AWS calls: one lane for each account, region and request budget. A lane limits the rate by a token
 * bucket that adapts to throttling, serves urgent calls first (effects, then by deadline), merges queued calls into
 * batches, splits a batch that AWS rejects, and returns each caller its own result. Nothing is stored, so a crash needs
 * no recovery.
 */
export interface Lanes {
  /**
   * Calls an operation for one item. Items with equal operation and `group` may share a call. Makes only one attempt.
   * Rejects with `AwsFailure`; with `timed-out` at `ask.deadline` at the latest, and without a call if it has passed.
   */
  ask<Item, Answer>(
    at: Place,
    operation: Operation<Item, Answer>,
    group: string,
    item: Item,
    ask: Ask,
  ): Promise<Answer>;
  /** Fails all waiting calls with `unavailable`, and accepts no more. */
  close(): void;
}

/** Maximum number of idle lanes, which are kept for their adapted rates. Bounded, since regions come from messages. */
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
    // The key is equal, so operation and types are equal.
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

/** Removes idle lanes, except those to which a busy lane is also charged: both must use one bucket. */
function forgetIdle(lanes: Map<string, Lane>): void {
  const busy = [...lanes.values()].filter((lane) => !lane.idle());
  const kept = new Set([...busy, ...busy.flatMap(({ charged }) => charged ?? [])]);
  for (const [key, lane] of lanes) if (!kept.has(lane)) lanes.delete(key);
}
