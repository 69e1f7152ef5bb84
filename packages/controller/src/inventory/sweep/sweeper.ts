import type { Aws } from "../../aws/aws.ts";
import type { Place } from "../../aws/ask.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import { passing } from "../facets.ts";
import { regionId } from "../ids.ts";
import type { Inventory } from "../inventory.ts";
import type { SweepContext, Item } from "./item.ts";
import { itemsBeside, itemsOf } from "./items.ts";

export interface SweeperOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Takes or renews a lease for `ttl`; returns true if this worker has it. Of several workers one sweeps a region. */
  readonly lease: (name: string, ttl: Ms) => Promise<boolean>;
  readonly places: readonly Place[];
  /** Returns the account of our own credentials; null while it is not known. Absent: never known. */
  readonly ownAccount?: () => string | null;
  /** Requests per minute of each of the two sweeps of an account and region. */
  readonly callsPerMinute: number;
  /** Interval for facts that change by themselves, if the budget allows it. */
  readonly often: Ms;
  readonly onGroups?: NonNullable<SweepContext["onGroups"]>;
  /**
   * Called once for each account and region, when all of it was read for the first time since the start, with the reasons
   * of the reads that failed.
   */
  readonly onRead?: (place: Place, failed: readonly string[]) => void;
  /** Entries of short-lived resources that were not observed for this long are removed. */
  readonly keep: Ms;
}

export interface Sweeper {
  /** Sweeps until the signal is aborted; finishes the current read. Rejects only for a bug. */
  run(signal: AbortSignal): Promise<void>;
}

/** Factor for the interval of facts that change only by configuration. */
const SELDOM = 6;
/** Timeout of a read. */
const BACKOFF: Ms = 60_000;
const LEASE: Ms = 120_000;
/** Pause if nothing is due. */
const IDLE: Ms = 15_000;
/** Pause before a failed read is retried. */
const RETRY: Ms = 60_000;
/** Maximum factor of the pause between reads: each throttled read doubles it, each good one reduces it by a tenth. */
const SLOWEST = 32;

/** One of the two sweeps of an account and region, with its own budget and lease. */
interface Sweep {
  /** Used in the lease's name. */
  readonly name: string;
  readonly itemsOf: (context: SweepContext) => readonly Item[];
}

/** Target groups without known instances can be many, so they have their own sweep and do not delay the other. */
const SWEEPS: readonly Sweep[] = [
  { name: "sweep", itemsOf },
  { name: "sweep-targets", itemsOf: itemsBeside },
];

/**
 * Creates the sweeper, which keeps the inventory up to date: two slow, endless sweeps for each account and region, one
 * read at a time, the oldest observation first. They have no state of their own: after a restart they continue with the
 * oldest observation.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  return {
    async run(signal) {
      const all = options.places.flatMap((place) => {
        const onRead = afterBoth((failed) => options.onRead?.(place, failed));
        return SWEEPS.map((one) => sweep(options, one, place, signal, onRead));
      });
      await Promise.all(all);
    },
  };
}

/** Calls `done` when each of a place's sweeps has called the function, with what all of them could not read. */
function afterBoth(done: (failed: readonly string[]) => void): (failed: readonly string[]) => void {
  const all: (readonly string[])[] = [];
  return (failed) => {
    all.push(failed);
    if (all.length === SWEEPS.length) done([...new Set(all.flat())]);
  };
}

async function sweep(
  options: SweeperOptions,
  of: Sweep,
  place: Place,
  signal: AbortSignal,
  onRead: (failed: readonly string[]) => void,
): Promise<void> {
  const { clock, inventory, lease, often, random } = options;
  const past: Past = { readAt: new Map(), failedAt: new Map() };
  const context: SweepContext = {
    ...options,
    place,
    seldom: often * SELDOM,
    now: () => clock.now(),
    readAt: (item) => past.readAt.get(item),
  };
  let slow = 1;
  let isFirst = true;
  const failures = new Map<string, string>();
  const rest = (ms: Ms): Promise<void> => pause(clock, ms * (0.75 + random() / 2), signal);

  while (!signal.aborted) {
    if (!(await mayHold(lease, `${of.name}/${regionId(place)}`))) {
      await rest(LEASE / 2);
      continue;
    }
    const items = of.itemsOf(context);
    const item = mostOverdue(items, past, clock.now());
    if (item === null) {
      if (isFirst) onRead([...failures.values()]);
      isFirst = false;
      forgetReads(past, clock.now() - options.keep);
      forgetPassed(inventory, clock.now() - options.keep);
      await rest(IDLE);
      continue;
    }
    const started = clock.now();
    const outcome = await read(item, clock);
    if (outcome.ok) for (const id of item.settles ?? [item.id]) past.readAt.set(id, started);
    else past.failedAt.set(item.id, clock.now());
    if (isFirst && outcome.ok) failures.delete(item.id);
    else if (isFirst) failures.set(item.id, outcome.why);
    slow = outcome.throttled ? Math.min(slow * 2, SLOWEST) : Math.max(1, slow * 0.9);
    await rest(((outcome.requests * 60_000) / options.callsPerMinute) * slow);
  }
}

/** Takes the lease; returns false also if the request fails. */
async function mayHold(lease: SweeperOptions["lease"], name: string): Promise<boolean> {
  try {
    return await lease(name, LEASE);
  } catch {
    return false;
  }
}

/** Times of the sweep's reads, also of those that found nothing or failed. */
interface Past {
  readonly readAt: Map<string, Ms>;
  readonly failedAt: Map<string, Ms>;
}

/**
 * Returns the most overdue item; null if none is due. An item that was never observed is the most overdue; one that has
 * just failed is skipped. A time in the future (the clock was set back) counts as never.
 */
function mostOverdue(items: readonly Item[], past: Past, now: Ms): Item | null {
  let best: Item | null = null;
  let longest = 0;
  const until = (at: Ms | null | undefined): Ms => (at === undefined || at === null || at > now ? 0 : at);
  for (const item of items) {
    const failedAt = until(past.failedAt.get(item.id));
    if (failedAt > 0 && now - failedAt < RETRY) continue;
    const since = Math.max(until(item.observedAt), until(past.readAt.get(item.id)));
    const overdue = since === 0 ? Infinity : (now - since) / item.every;
    if (overdue >= 1 && overdue > longest) [best, longest] = [item, overdue];
  }
  return best;
}

/** Removes old entries, whose items are due again anyway. */
function forgetReads({ readAt, failedAt }: Past, before: Ms): void {
  for (const map of [readAt, failedAt]) for (const [id, at] of map) if (at < before) map.delete(id);
}

async function read(
  item: Item,
  clock: Clock,
): Promise<{ ok: boolean; throttled: boolean; requests: number; why: string }> {
  try {
    const requests = await item.run({ purpose: "sweep", deadline: clock.now() + BACKOFF });
    return { ok: true, throttled: false, requests, why: "" };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { ok: false, throttled: error.fields.kind === "throttled", requests: 1, why: error.message };
  }
}

function forgetPassed(inventory: Inventory, before: Ms): void {
  for (const facet of passing) {
    for (const [id, { observedAt }] of inventory.entries(facet)) if (observedAt < before) inventory.forget(facet, id);
  }
}

/** Sleeps; resolves early when the signal is aborted. */
async function pause(clock: Clock, ms: Ms, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
