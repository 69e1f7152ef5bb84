/** Codes are stable: users search for them. Each stands in docs/errors.md, and a test compares both ways. */
export type ErrorCode = `SK-${string}`;

/** An error that says who, what and what to do. Never put a secret or a whole message body into `message`. */
export class SpotkeeperError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SpotkeeperError";
    this.code = code;
  }
}
