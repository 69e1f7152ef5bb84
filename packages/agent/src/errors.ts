/** Codes are stable: users search for them. Each stands in docs/errors.md, and a test compares both ways. */
export type ErrorCode = `SK-AGENT-${string}`;

/** An error that says who, what and what to do. Never put a secret or a whole body into `message`. */
export class SpotkeeperError extends Error {
  override readonly name = "SpotkeeperError";
  declare readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

type Thrown = { readonly message?: string; readonly code?: string } | null;

/** The code of an error: ours, or that of the system (`ENOENT`); null without one. */
export const codeOf = (error: unknown): string | null => (error as Thrown)?.code ?? null;

/** What was thrown, as one line for a report. */
export const messageOf = (error: unknown): string =>
  String((error as Thrown)?.message || (error as Thrown)?.code || error).slice(0, 500);
