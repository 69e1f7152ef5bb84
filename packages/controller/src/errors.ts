/** Codes are stable: users search for them. A test compares them with docs/errors.md in both directions. */
export type ErrorCode = `SK-${string}`;

/**
 * An error whose message says what failed, where, and what to do. Never put a secret or a whole message body into
 * `message`.
 */
export class SpotkeeperError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SpotkeeperError";
    this.code = code;
  }
}
