import type { Aws } from "../../aws/aws.ts";
import type { Place } from "../../aws/ask.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import { passing } from "../facets.ts";
import { regionId } from "../ids.ts";
import type { Inventory } from "../inventory.ts";
import type { Ground, Item } from "./item.ts";
import { itemsBeside, itemsOf } from "./items.ts";

export interface SweeperOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** True: the name is ours for `ttl` from now. Of several workers one sweeps a region. */
  readonly lease: (name: string, ttl: Ms) => Promise<boolean>;
  readonly places: readonly Place[];
  /** Answers the account of our own credentials, or null while it is not known; left out: nobody finds out. */
  readonly ownAccount?: () => string | null;
  /** For each account and region, and twice: what each of its two sweeps may cost of AWS's request limits. */
  readonly callsPerMinute: number;
  /** How often what changes by itself is read again, if the budget allows. */
  readonly often: Ms;
  readonly onGroups?: NonNullable<Ground["onGroups"]>;
  /** Instances, tasks and the like that were not seen for this long are forgotten. */
  readonly keep: Ms;
}

export interface Sweeper {
  /** Sweeps until the signal is aborted; what is under way is finished first. Rejects only for a bug. */
  run(signal: AbortSignal): Promise<void>;
}

/** What changes only when someone changes it is read so many times less often. */
const SELDOM = 6;
/** A read of the sweeper is never urgent, and never endless. */
const PATIENCE: Ms = 60_000;
const LEASE: Ms = 120_000;
/** With nothing due, the next look. */
const IDLE: Ms = 15_000;
/** A failed read is tried again after this, others first. */
const RETRY: Ms = 60_000;
/** Each throttled call doubles the pause, up to this factor; each good one takes a tenth off. */
const SLOWEST = 32;

/** One of the sweeps of an account and region, with a budget and a lease of its own. */
interface Sweep {
  /** Names its lease. */
  readonly name: string;
  readonly itemsOf: (ground: Ground) => readonly Item[];
}

/** Targets of load balancers can be many and mostly strangers', so that they have a sweep of their own and delay nothing. */
const SWEEPS: readonly Sweep[] = [
  { name: "sweep", itemsOf },
  { name: "sweep-targets", itemsOf: itemsBeside },
];

/**
 * Keeps the inventory warm: slow, endless sweeps for each account and region, one read of each at a time, what was observed
 * longest ago first. They need no memory of their own: after a restart, what is oldest is where they were.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  return {
    async run(signal) {
      const all = options.places.flatMap((place) => SWEEPS.map((one) => sweep(options, one, place, signal)));
      await Promise.all(all);
    },
  };
}

async function sweep(options: SweeperOptions, of: Sweep, place: Place, signal: AbortSignal): Promise<void> {
  const { clock, inventory, lease, often, random } = options;
  const past: Past = { readAt: new Map(), failedAt: new Map() };
  const ground: Ground = {
    ...options,
    place,
    seldom: often * SELDOM,
    now: () => clock.now(),
    readAt: (item) => past.readAt.get(item),
  };
  let slow = 1;
  const rest = (ms: Ms): Promise<void> => pause(clock, ms * (0.75 + random() / 2), signal);

  while (!signal.aborted) {
    if (!(await mayHold(lease, `${of.name}/${regionId(place)}`))) {
      await rest(LEASE / 2);
      continue;
    }
    const items = of.itemsOf(ground);
    const item = mostOverdue(items, past, clock.now());
    if (item === null) {
      forgetReads(past, clock.now() - options.keep);
      forgetPassed(inventory, clock.now() - options.keep);
      await rest(IDLE);
      continue;
    }
    const started = clock.now();
    const outcome = await read(item, clock);
    if (outcome.ok) for (const id of item.settles ?? [item.id]) past.readAt.set(id, started);
    else past.failedAt.set(item.id, clock.now());
    slow = outcome.throttled ? Math.min(slow * 2, SLOWEST) : Math.max(1, slow * 0.9);
    await rest(((outcome.requests * 60_000) / options.callsPerMinute) * slow);
  }
}

/** A lease that cannot be asked for is not held. */
async function mayHold(lease: SweeperOptions["lease"], name: string): Promise<boolean> {
  try {
    return await lease(name, LEASE);
  } catch {
    return false;
  }
}

/** What the inventory does not tell of a sweep: reads that found nothing to put, and failed ones. */
interface Past {
  readonly readAt: Map<string, Ms>;
  readonly failedAt: Map<string, Ms>;
}

/**
 * Never observed counts as due since ever; what has just failed waits its turn. What lies ahead was observed before the
 * clock was set back, nobody knows when.
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

/** By then each is due again whatever was read. */
function forgetReads({ readAt, failedAt }: Past, before: Ms): void {
  for (const map of [readAt, failedAt]) for (const [id, at] of map) if (at < before) map.delete(id);
}

async function read(item: Item, clock: Clock): Promise<{ ok: boolean; throttled: boolean; requests: number }> {
  try {
    const requests = await item.run({ purpose: "sweep", deadline: clock.now() + PATIENCE });
    return { ok: true, throttled: false, requests };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { ok: false, throttled: error.fields.kind === "throttled", requests: 1 };
  }
}

function forgetPassed(inventory: Inventory, before: Ms): void {
  for (const facet of passing) {
    for (const [id, { observedAt }] of inventory.entries(facet)) if (observedAt < before) inventory.forget(facet, id);
  }
}

/** Resolves early, and not with an error, when the signal is aborted. */
async function pause(clock: Clock, ms: Ms, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
