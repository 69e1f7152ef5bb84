import type { Ms } from "../clock.ts";

/**
 * Account and region of a call. The account selects the role to assume; null means the account of our own credentials.
 */
export interface Place {
  readonly account: string | null;
  readonly region: string;
}

/** Purpose of a call: decides its priority in the lane, and is a label in reports of calls. */
export type Purpose = "act" | "enrich" | "poll" | "sweep";

export interface Ask {
  readonly purpose: Purpose;
  /** The lane serves the earliest deadline first, and fails a call (timed-out) after its deadline. */
  readonly deadline: Ms;
  /**
   * True if another call for the same capacity was made or is in progress. Capacity without any call is served first.
   */
  readonly followsUp?: boolean;
}

/** A write that AWS accepted. `already`: it had been done before, or its object is gone; this is a success. */
export interface Receipt {
  readonly requestId: string | null;
  readonly at: Ms;
  readonly already: boolean;
}
