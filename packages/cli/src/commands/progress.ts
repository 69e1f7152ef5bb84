import type { Io } from "../io.ts";

export interface Progress {
  show(text: string): void;
  clear(): Promise<void>;
}

/** Creates a progress line: on a terminal one line that is overwritten, in a pipe nothing. */
export function createProgress({ stderr }: Pick<Io, "stderr">): Progress {
  const over = (text: string): Promise<void> =>
    stderr.isTTY ? stderr.write(`\r\u001B[K${text.slice(0, (stderr.columns ?? 80) - 1)}`) : Promise.resolve();
  return { show: (text) => void over(text), clear: () => over("") };
}
