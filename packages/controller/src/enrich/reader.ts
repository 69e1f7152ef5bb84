import type { Ms } from "../clock.ts";
import { failureId } from "../inventory/ids.ts";
import type { Facet, Inventory, Known } from "../inventory/inventory.ts";
import type { Missing } from "./facts.ts";

/** Reads for one set of facts: remembers the oldest observation it used, and what it did not find and why. */
export interface Reader {
  known<F extends Facet>(facet: F, id: string): Known<F> | undefined;
  /** As `known`; what is absent is named as missing. `about` says of what, where it is not plain. */
  need<F extends Facet>(facet: F, id: string, what: Missing["what"], about?: string): Known<F> | undefined;
  /** As `need`, of what changes by the minute: what AWS would not say since it was observed is named as missing, too. */
  needNow<F extends Facet>(facet: F, id: string, what: Missing["what"], about?: string): Known<F> | undefined;
  /** @param before whether something is known of it, from before */
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

/** Why what was observed then is not known as of now: AWS was asked again, and did not say; null: it was not, or has. */
export function failedSince(inventory: Inventory, facet: Facet, id: string, observedAt: Ms): string | null {
  const failure = inventory.get("failure", failureId(facet, id));
  return failure === undefined || failure.observedAt <= observedAt ? null : `${failure.value.why}; known from before`;
}

/** Why a facet is not known: the failure of the last question, or that nobody asked. */
export const whyNot = (inventory: Inventory, facet: Facet, id: string): string =>
  inventory.get("failure", failureId(facet, id))?.value.why ?? "not asked yet";
