import type { Entry } from "../../model/journal.ts";

/** A document after a replan, with its journal entries. */
export interface Refreshed<D> {
  readonly doc: D;
  readonly entries: readonly Entry[];
}
