import type { Ms } from "../clock.ts";
import { type Changes, createChanges } from "./changes.ts";
import { capacities, facets } from "./facets.ts";
import type { Facet, Facets, Inventory, Known } from "./inventory.ts";

export interface MemoryOptions {
  /** Maximum number of entries of each facet; default: `capacities`. */
  readonly capacities?: Partial<Record<Facet, number>>;
  /** Called for each change that took effect, so that a store can persist it. */
  readonly onChange?: (facet: Facet, id: string) => void;
}

type Held = { readonly [F in Facet]: Map<string, Known<F>> };

/** Creates an inventory in memory. Values are readonly and not copied. */
export function createMemoryInventory(options: MemoryOptions = {}): Inventory {
  const held = Object.fromEntries(facets.map((facet) => [facet, new Map()])) as unknown as Held;
  const changes = Object.fromEntries(facets.map((facet) => [facet, createChanges()])) as Record<Facet, Changes>;
  const of = <F extends Facet>(facet: F): Map<string, Known<F>> => held[facet];

  const forget = (facet: Facet, id: string): void => {
    if (!of(facet).delete(id)) return;
    changes[facet].add(id);
    options.onChange?.(facet, id);
  };
  return {
    get: (facet, id) => of(facet).get(id),
    put<F extends Facet>(facet: F, id: string, value: Facets[F], observedAt: Ms): void {
      const map = of(facet);
      const had = map.get(id);
      if (had !== undefined && !wins({ value, observedAt }, had)) return;
      // Keeps the old object if the values are equal, so that data derived from it stays valid.
      const same = had !== undefined && (had.value === value || JSON.stringify(had.value) === JSON.stringify(value));
      const known: Known<F> = { value: same ? had.value : value, observedAt };
      // Deleted first, so that the Map is in the order of observations.
      map.delete(id);
      map.set(id, known);
      if (!same) changes[facet].add(id);
      options.onChange?.(facet, id);
      const most = options.capacities?.[facet] ?? capacities[facet];
      for (const oldest of map.keys()) {
        if (map.size <= most) break;
        forget(facet, oldest);
      }
    },
    forget,
    entries: (facet) => [...of(facet)],
    revision: (facet) => changes[facet].revision(),
    changedSince: (facet, revision) => changes[facet].since(revision),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/**
 * Whether the new observation replaces the old one. Equal times need an order, too, or two workers would keep different
 * values.
 */
function wins<F extends Facet>(next: Known<F>, had: Known<F>): boolean {
  if (next.observedAt !== had.observedAt) return next.observedAt > had.observedAt;
  // The same object: callers that share one answer all put it.
  if (next.value === had.value) return false;
  return JSON.stringify(next.value) > JSON.stringify(had.value);
}
