import type { Readable } from "node:stream";

/** What a command has of the process, so that nothing below main.ts reaches for it. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: { readonly [name: string]: string | undefined };
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Resolves with the first signal that asks the process to end; while nobody waits for it the process ends at once. */
  readonly interrupted: () => Promise<NodeJS.Signals>;
  /** From now on the command sees to signals itself. */
  readonly releaseSignals: () => void;
}

export interface Output {
  /** Resolves once there is room for more. Text for a reader that has gone is dropped. */
  write(text: string): Promise<void>;
  readonly isTTY: boolean;
  /** Of the terminal, as it is now. */
  readonly columns: number | null;
  readonly rows: number | null;
}

/** How a command ended. 2, a wrong call or config, is for errors to say (failure.ts). */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Colours and other sequences only for people: https://no-color.org */
export function paints(output: Pick<Output, "isTTY">, env: Io["env"]): boolean {
  return output.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
