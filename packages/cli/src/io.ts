import type { Readable } from "node:stream";

/** The process, as commands see it. Only main.ts uses the process itself. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: { readonly [name: string]: string | undefined };
  /** Epoch milliseconds. */
  readonly now: () => number;
  /**
   * Resolves with the first signal that asks the process to end. If no command waits, a signal ends the process at
   * once.
   */
  readonly interrupted: () => Promise<NodeJS.Signals>;
  /** Calls `reload` at each SIGHUP, which otherwise ends the process, as it does by default. */
  readonly onHangup: (reload: () => void) => void;
  /** Removes our signal handlers: the command handles signals itself. */
  readonly releaseSignals: () => void;
}

export interface Output {
  /** Resolves when there is room for more. Text is dropped if the reader has closed the pipe. */
  write(text: string): Promise<void>;
  readonly isTTY: boolean;
  /** The terminal's current size; null if it is not a terminal. */
  readonly columns: number | null;
  readonly rows: number | null;
}

/** The exit codes of commands. 2, for a wrong command line or config, is set only by failure.ts. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Returns true if colours may be used: on a terminal, unless https://no-color.org or TERM says otherwise. */
export function usesColors(output: Pick<Output, "isTTY">, env: Io["env"]): boolean {
  return output.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
