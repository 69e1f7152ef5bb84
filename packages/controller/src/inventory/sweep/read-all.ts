import type { Ask, Place } from "../../aws/ask.ts";
import type { Aws } from "../../aws/aws.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import { regionId } from "../ids.ts";
import type { Inventory } from "../inventory.ts";
import { instanceItems } from "./instances.ts";
import type { Ground, Item } from "./item.ts";
import { itemsBeside, itemsOf } from "./items.ts";

export interface ReadAllOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly place: Place;
  /** Answers the account of our own credentials, or null where it is not known. */
  readonly ownAccount: () => string | null;
  /** Told after each read how many have been done. */
  readonly onRead?: (done: number) => void;
}

/** What could not be read, and how often it was wanted. */
export interface Unread {
  readonly place: Place;
  readonly failure: AwsFailure;
  readonly times: number;
}

/** Reads under way at a time; the lanes hold them to AWS's budgets. */
const AT_ONCE = 10;
/** One read, with all of its pages. */
const PATIENCE: Ms = 120_000;
/** A read that failed and may succeed later is made so often at the most. */
const ATTEMPTS = 3;
const PAUSE: Ms = 2_000;

/**
 * Reads an account and region once, as a whole, as the sweep does it little by little: what is found leads to more, until
 * nothing is left. What cannot be read is left out and told in `unread`, each operation of AWS once; `answered` counts the rest.
 */
export async function readAll(
  options: ReadAllOptions,
): Promise<{ readonly unread: readonly Unread[]; readonly answered: number }> {
  const { clock, place, inventory, onRead } = options;
  const readAt = new Map<string, Ms>();
  const over = new Set<string>();
  const unread = new Map<string, Unread>();
  const ground: Ground = {
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
      // All of an item's reads are alike: what one is refused, the next one is, too.
      over.add(item.id);
      const { service, operation } = failure.fields;
      const name = `${service}:${operation}`;
      unread.set(name, { place, failure, times: (unread.get(name)?.times ?? 0) + 1 });
    }
    onRead?.(readAt.size);
  };
  for (;;) {
    const items = [...itemsOf(ground), ...itemsBeside(ground), ...strangers(ground, inventory)];
    const left = items.filter((item) => !over.has(item.id) && ids(item).some((id) => !readAt.has(id)));
    if (left.length === 0) return { unread: [...unread.values()], answered: readAt.size };
    await Promise.all(left.slice(0, AT_ONCE).map(one));
  }
}

/** Instances that a person has put behind a load balancer, and that are in no group and in no cluster. */
function* strangers(ground: Ground, inventory: Inventory): Generator<Item> {
  const known = new Set(Array.from(inventory.entries("instance"), ([id]) => id));
  const targets = [...inventory.entries("health")].flatMap(([, { value }]) => value.map(({ id }) => id));
  const classic = inventory.get("classicLoadBalancers", regionId(ground.place))?.value ?? [];
  const all = [...targets, ...classic.flatMap(({ instances }) => instances)];
  const wanted = all.filter((id) => id.startsWith("i-") && !known.has(id));
  for (const item of instanceItems(ground, wanted)) yield { ...item, id: "strangers" };
}

/** Null: it was read. */
async function attempt(item: Item, clock: Clock): Promise<AwsFailure | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      const ask: Ask = { purpose: "sweep", deadline: clock.now() + PATIENCE };
      await item.run(ask);
      return null;
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      if (!error.fields.retryable || tries >= ATTEMPTS) return error;
      await clock.sleep(Math.max(PAUSE * tries, (error.fields.retryAt ?? 0) - clock.now()));
    }
  }
}
