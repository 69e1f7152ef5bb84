/** Codes are stable: users search for them. Each is listed in docs/errors.md; a test compares both. */
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

/** Returns the code of an error: ours, or the system's (`ENOENT`); null if it has none. */
export const codeOf = (error: unknown): string | null => (error as Thrown)?.code ?? null;

/** Returns one line of text for any thrown value. */
export const messageOf = (error: unknown): string =>
  String((error as Thrown)?.message || (error as Thrown)?.code || error).slice(0, 500);
