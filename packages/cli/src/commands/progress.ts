import type { Io } from "../io.ts";

export interface Progress {
  show(text: string): void;
  clear(): Promise<void>;
}

/** One line on a terminal that is written over; nothing in a pipe. */
export function createProgress({ stderr }: Pick<Io, "stderr">): Progress {
  const over = (text: string): Promise<void> =>
    stderr.isTTY ? stderr.write(`\r\u001B[K${text.slice(0, (stderr.columns ?? 80) - 1)}`) : Promise.resolve();
  return { show: (text) => void over(text), clear: () => over("") };
}
