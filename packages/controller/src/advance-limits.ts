import type { Ms } from "./clock.ts";

/** Limits of one call of `advance`, and how it notices new work. */
export interface AdvanceLimits {
  /**
   * Resolves when the document's next wake-up comes during the call, for example because a new signal was accepted. Call
   * it again for the one after that.
   */
  readonly nextWakeUp: () => Promise<void>;
  /**
   * Deadline: from then on nothing is planned to begin, and nothing is awaited; the document's wake-up continues the work
   * later.
   */
  readonly until: Ms;
}

/** A call without a deadline, during which no wake-up comes. */
export const NO_LIMITS: AdvanceLimits = { nextWakeUp: () => new Promise(() => {}), until: Infinity };
