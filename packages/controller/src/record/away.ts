import { SpotkeeperError } from "../errors.ts";

/** Whether the store is away (full, locked, read-only, …), as against a bug or a refused document. */
export function isAway(error: unknown): error is SpotkeeperError {
  return error instanceof SpotkeeperError && error.code.startsWith("SK-LEDGER-") && !CALLER_MISTAKES.has(error.code);
}

const CALLER_MISTAKES: ReadonlySet<string> = new Set(["SK-LEDGER-TOO-LARGE", "SK-LEDGER-INVALID"]);
