import type { Ask, Place } from "../../aws/ask.ts";
import type { Aws } from "../../aws/aws.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import { regionId } from "../ids.ts";
import type { Inventory } from "../inventory.ts";
import { instanceItems } from "./instances.ts";
import type { SweepContext, Item } from "./item.ts";
import { itemsBeside, itemsOf } from "./items.ts";

export interface ReadAllOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly place: Place;
  /** Returns the account of our own credentials; null if it is not known. */
  readonly ownAccount: () => string | null;
  /** Called after each read with the number of reads so far. */
  readonly onRead?: (done: number) => void;
}

/** A read that failed, and how often it was tried for different items. */
export interface Unread {
  readonly place: Place;
  readonly failure: AwsFailure;
  readonly times: number;
}

/** Maximum number of concurrent reads; the lanes limit them to AWS's budgets. */
const AT_ONCE = 10;
/** Timeout of one read with all its pages. */
const BACKOFF: Ms = 120_000;
/** Maximum number of attempts of a read. */
const ATTEMPTS = 3;
const PAUSE: Ms = 2_000;

/**
 * Reads an account and region once, completely: the same items as the sweep, until no unread item is left. Failed reads
 * are listed in `unread`, once for each AWS operation; `answered` counts the successful ones.
 */
export async function readAll(
  options: ReadAllOptions,
): Promise<{ readonly unread: readonly Unread[]; readonly answered: number }> {
  const { clock, place, inventory, onRead } = options;
  const readAt = new Map<string, Ms>();
  const over = new Set<string>();
  const unread = new Map<string, Unread>();
  const context: SweepContext = {
    ...options,
    often: Infinity,
    seldom: Infinity,
    now: () => clock.now(),
    readAt: (id) => readAt.get(id),
  };
  const ids = (item: Item): readonly string[] => item.settles ?? [item.id];
  const one = async (item: Item): Promise<void> => {
    const started = clock.now();
    const failure = await attempt(item, clock);
    if (failure === null) for (const id of ids(item)) readAt.set(id, started);
    else {
      // All reads of an item are of the same kind: if one is refused, so are the others.
      over.add(item.id);
      const { service, operation } = failure.fields;
      const name = `${service}:${operation}`;
      unread.set(name, { place, failure, times: (unread.get(name)?.times ?? 0) + 1 });
    }
    onRead?.(readAt.size);
  };
  for (;;) {
    const items = [...itemsOf(context), ...itemsBeside(context), ...strangers(context, inventory)];
    const left = items.filter((item) => !over.has(item.id) && ids(item).some((id) => !readAt.has(id)));
    if (left.length === 0) return { unread: [...unread.values()], answered: readAt.size };
    await Promise.all(left.slice(0, AT_ONCE).map(one));
  }
}

/** Items for instances that are registered with a load balancer, but in no group and no cluster. */
function* strangers(context: SweepContext, inventory: Inventory): Generator<Item> {
  const known = new Set(Array.from(inventory.entries("instance"), ([id]) => id));
  const targets = [...inventory.entries("health")].flatMap(([, { value }]) => value.map(({ id }) => id));
  const classic = inventory.get("classicLoadBalancers", regionId(context.place))?.value ?? [];
  const all = [...targets, ...classic.flatMap(({ instances }) => instances)];
  const wanted = all.filter((id) => id.startsWith("i-") && !known.has(id));
  for (const item of instanceItems(context, wanted)) yield { ...item, id: "strangers" };
}

/** Runs an item with retries; returns null on success, else the failure. */
async function attempt(item: Item, clock: Clock): Promise<AwsFailure | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      const ask: Ask = { purpose: "sweep", deadline: clock.now() + BACKOFF };
      await item.run(ask);
      return null;
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      if (!error.fields.retryable || tries >= ATTEMPTS) return error;
      await clock.sleep(Math.max(PAUSE * tries, (error.fields.retryAt ?? 0) - clock.now()));
    }
  }
}
