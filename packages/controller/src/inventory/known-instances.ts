import type { Inventory } from "./inventory.ts";

/** Addresses of the inventory's instances, as of a revision of the facet `instance`. */
interface Own {
  readonly revision: number;
  readonly addresses: ReadonlySet<string>;
  /** Results for the lists that were checked. */
  readonly holds: WeakMap<Targets, boolean>;
}
type Targets = readonly { readonly id: string }[];
/** Cached, because every look-around and every step of the sweep checks all lists. */
const own = new WeakMap<Inventory, Own>();

/** Whether a target list contains an instance of the inventory, by its id or an address. */
export function containsKnownInstance(inventory: Inventory, list: Targets): boolean {
  const revision = inventory.revision("instance");
  const had = own.get(inventory);
  const made = had?.revision === revision ? had : begin(inventory, revision);
  own.set(inventory, made);
  const known = made.holds.get(list);
  if (known !== undefined) return known;
  const holds = list.some(({ id }) => inventory.get("instance", id) !== undefined || made.addresses.has(id));
  made.holds.set(list, holds);
  return holds;
}

function begin(inventory: Inventory, revision: number): Own {
  const all = Array.from(inventory.entries("instance"), ([, { value }]) => value.addresses).flat();
  return { revision, addresses: new Set(all.map(({ address }) => address)), holds: new WeakMap() };
}
