import type { Ms } from "./clock.ts";

/** Limits of one call of `advance`. */
export interface Turn {
  /** Resolves when a new signal was accepted for the document. Call it again for the next signal. */
  readonly poked: () => Promise<void>;
  /**
   * Deadline of the turn: from then on nothing is begun or awaited; the document's wake-up continues the work later.
   */
  readonly until: Ms;
}

/** A turn without new signals and without a deadline. */
export const ALONE: Turn = { poked: () => new Promise(() => {}), until: Infinity };
