import type { Ask, Place } from "../ask.ts";

/** What Spotkeeper asks of AWS STS. */
export interface StsCalls {
  /** The account of the credentials that are used at the place. */
  callerAccount(at: Place, ask: Ask): Promise<string | null>;
}
