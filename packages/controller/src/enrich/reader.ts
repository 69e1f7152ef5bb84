import type { Ms } from "../clock.ts";
import { failureId } from "../inventory/ids.ts";
import type { Facet, Inventory, Known } from "../inventory/inventory.ts";
import type { Missing } from "./facts.ts";

/** Reads for one set of facts: remembers the oldest observation it used, and what it did not find and why. */
export interface Reader {
  known<F extends Facet>(facet: F, id: string): Known<F> | undefined;
  /** As `known`; what is absent is named as missing. `about` says of what, where it is not plain. */
  need<F extends Facet>(facet: F, id: string, what: Missing["what"], about?: string): Known<F> | undefined;
  note(what: Missing["what"], why: string): void;
  readonly inventory: Inventory;
  missing(): readonly Missing[];
  observedAt(): Ms | null;
}

export function createReader(inventory: Inventory): Reader {
  const missing = new Map<string, Missing>();
  let oldest: Ms | null = null;

  const note: Reader["note"] = (what, why) => void missing.set(`${what} ${why}`, { what, why });
  const known: Reader["known"] = (facet, id) => {
    const found = inventory.get(facet, id);
    if (found !== undefined) oldest = Math.min(oldest ?? found.observedAt, found.observedAt);
    return found;
  };
  return {
    inventory,
    note,
    known,
    need(facet, id, what, about) {
      const found = known(facet, id);
      if (found === undefined) note(what, `${about === undefined ? "" : `${about}: `}${whyNot(inventory, facet, id)}`);
      return found;
    },
    missing: () => [...missing.values()],
    observedAt: () => oldest,
  };
}

/** Why a facet is not known: the failure of the last question, or that nobody asked. */
export const whyNot = (inventory: Inventory, facet: Facet, id: string): string =>
  inventory.get("failure", failureId(facet, id))?.value.why ?? "not asked yet";
