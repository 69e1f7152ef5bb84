/** Codes are stable: users search for them. Each stands in docs/errors.md, and a test compares both ways. */
export type ErrorCode = `SK-AGENT-${string}`;

/** An error that says who, what and what to do. Never put a secret or a whole body into `message`. */
export class SpotkeeperError extends Error {
  declare readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SpotkeeperError";
    this.code = code;
  }
}

/** The code of an error: ours, or that of the system (`ENOENT`); null without one. */
export const codeOf = (error: unknown): string | null => (Object(error) as { readonly code?: string }).code ?? null;

/** What was thrown, as one line for a report. */
export const messageOf = (error: unknown): string =>
  String((Object(error) as { readonly message?: string }).message || codeOf(error) || error).slice(0, 500);
