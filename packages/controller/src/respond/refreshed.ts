import type { Entry } from "../model/journal.ts";

/** A document that was planned again, and what the journal is to tell of it. */
export interface Refreshed<D> {
  readonly doc: D;
  readonly entries: readonly Entry[];
}
