import type { Ms } from "./clock.ts";

/** One turn of advancing a document. */
export interface Turn {
  /** Resolves when something new was accepted for the document meanwhile. Called again after each time. */
  readonly poked: () => Promise<void>;
  /** Nothing is begun from then on, and what is under way is not waited for any longer: its hint brings it back. */
  readonly until: Ms;
}

/** A turn that nothing new comes into, and that has all the time it needs. */
export const ALONE: Turn = { poked: () => new Promise(() => {}), until: Infinity };
