/** Codes are stable: users search for them. Each stands in docs/errors.md, and a test compares both ways. */
export type ErrorCode = `SK-AGENT-${string}`;

/** An error that says who, what and what to do. Never put a secret or a whole body into `message`. */
export class SpotkeeperError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SpotkeeperError";
    this.code = code;
  }
}

/** The code of an error: ours, or that of the system (`ENOENT`); null without one. */
export function codeOf(error: unknown): string | null {
  const code: unknown = (Object(error) as { readonly code?: unknown }).code;
  return typeof code === "string" ? code : null;
}

/** What was thrown, as one line for a report. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message || String(codeOf(error)) : String(error)).slice(0, 500);
