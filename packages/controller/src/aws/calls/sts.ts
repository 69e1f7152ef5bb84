import type { Ask, Place } from "../ask.ts";

/** The calls to AWS STS. */
export interface StsCalls {
  /** Reads the account of the credentials that are used in this account and region. */
  callerAccount(at: Place, ask: Ask): Promise<string | null>;
}
