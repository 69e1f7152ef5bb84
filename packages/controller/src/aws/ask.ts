import type { Ms } from "../clock.ts";

/** Where a call goes. The account chooses the role to assume; null is the account of our own credentials. */
export interface Place {
  readonly account: string | null;
  readonly region: string;
}

/** Why a call is made: it orders the lane and is counted apart. */
export type Purpose = "act" | "enrich" | "poll" | "sweep";

export interface Ask {
  readonly purpose: Purpose;
  /** The lane serves the earliest first, and gives up (timed-out) once it has passed. */
  readonly deadline: Ms;
  /** Something else is being done for the same capacity at this moment: that which has had nothing done goes first. */
  readonly followsUp?: boolean;
}

/** A write that AWS accepted. `already`: it was done or gone before, which is success. */
export interface Receipt {
  readonly requestId: string | null;
  readonly at: Ms;
  readonly already: boolean;
}
