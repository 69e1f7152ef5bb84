import type { Ms } from "../clock.ts";
import { failureId } from "../inventory/ids.ts";
import type { Facet, Inventory, Known } from "../inventory/inventory.ts";
import type { Missing } from "./facts.ts";

/** Reads the inventory for one set of facts; collects the oldest observation used, and missing facts with reasons. */
export interface Reader {
  known<F extends Facet>(facet: F, id: string): Known<F> | undefined;
  /** Like `known`; adds an absent entry to the missing facts. `about` names the resource in the text. */
  need<F extends Facet>(facet: F, id: string, what: Missing["what"], about?: string): Known<F> | undefined;
  /**
   * Like `need`, for facts that change every minute: if a later read failed, the current state is added as missing,
   * too.
   */
  needNow<F extends Facet>(facet: F, id: string, what: Missing["what"], about?: string): Known<F> | undefined;
  /** @param before whether an older observation is known */
  note(what: Missing["what"], why: string, before?: boolean): void;
  readonly inventory: Inventory;
  missing(): readonly Missing[];
  observedAt(): Ms | null;
}

export function createReader(inventory: Inventory): Reader {
  const missing = new Map<string, Missing>();
  let oldest: Ms | null = null;

  const note: Reader["note"] = (what, why, before = false) =>
    void missing.set(`${what} ${why}`, { what, why, ...(before ? { before } : {}) });
  const known: Reader["known"] = (facet, id) => {
    const found = inventory.get(facet, id);
    if (found !== undefined) oldest = Math.min(oldest ?? found.observedAt, found.observedAt);
    return found;
  };
  const saidOf = (about: string | undefined, why: string): string => (about === undefined ? why : `${about}: ${why}`);
  const need: Reader["need"] = (facet, id, what, about) => {
    const found = known(facet, id);
    if (found === undefined) note(what, saidOf(about, whyNot(inventory, facet, id)));
    return found;
  };
  return {
    inventory,
    note,
    known,
    need,
    needNow(facet, id, what, about) {
      const found = need(facet, id, what, about);
      const why = found === undefined ? null : failedSince(inventory, facet, id, found.observedAt);
      if (why !== null) note(what, saidOf(about, why), true);
      return found;
    },
    missing: () => [...missing.values()],
    observedAt: () => oldest,
  };
}

/**
 * Returns why the current state is not known although an older observation is: a later read failed. Null if none
 * failed.
 */
export function failedSince(inventory: Inventory, facet: Facet, id: string, observedAt: Ms): string | null {
  const failure = inventory.get("failure", failureId(facet, id));
  return failure === undefined || failure.observedAt <= observedAt ? null : `${failure.value.why}; known from before`;
}

/** Returns why a facet is not known: the failure of the last read, or "not asked yet". */
export const whyNot = (inventory: Inventory, facet: Facet, id: string): string =>
  inventory.get("failure", failureId(facet, id))?.value.why ?? "not asked yet";
