import { type ErrorCode, SpotkeeperError } from "../../../errors.ts";
import type { Archive } from "../archive.ts";
import type { SqliteFileOptions } from "./open.ts";

/** The archive's functions that run in its thread. */
export type Functions = Omit<Archive, "close">;

/** A call to the thread. Answers come in any order and name the call. */
export type Call =
  | {
      readonly [F in keyof Functions]: {
        readonly id: number;
        readonly what: F;
        readonly args: Parameters<Functions[F]>;
      };
    }[keyof Functions]
  | { readonly id: number; readonly what: "close"; readonly args: readonly [] };

/** `id` 0 answers the start of the thread: its file is open, or will be opened at a later call. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** An error on its way between threads, which would lose its class and code. */
interface Failure {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly stack: string | null;
}

/** What a thread is started with. */
export type ThreadOptions = SqliteFileOptions;

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: null, message: String(error), stack: null };
  const code = error instanceof SpotkeeperError ? error.code : null;
  return { code, message: error.message, stack: error.stack ?? null };
}

export function toError({ code, message, stack }: Failure): Error {
  if (code !== null) return new SpotkeeperError(code, message);
  const error = new Error(message);
  if (stack !== null) error.stack = stack;
  return error;
}
