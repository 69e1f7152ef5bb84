import { SpotkeeperError } from "../errors.ts";

/**
 * Whether the error means that the store is unavailable (full, locked, read-only, …), not a bug or an invalid document.
 */
export function isUnavailable(error: unknown): error is SpotkeeperError {
  return error instanceof SpotkeeperError && error.code.startsWith("SK-LEDGER-") && !CALLER_MISTAKES.has(error.code);
}

const CALLER_MISTAKES: ReadonlySet<string> = new Set(["SK-LEDGER-TOO-LARGE", "SK-LEDGER-INVALID"]);
