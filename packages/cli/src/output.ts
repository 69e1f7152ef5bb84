import type { Writable } from "node:stream";
import type { Output } from "./io.ts";

/**
 * Writes with back-pressure. If the reader has closed the pipe (`| head`), further text is dropped, and the command
 * ends normally.
 */
export function createOutput(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
): Output {
  let gone = false;
  stream.on("error", () => (gone = true));
  return {
    write(text) {
      if (gone) return Promise.resolve();
      return new Promise((resolve) => stream.write(text, () => resolve()));
    },
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? null;
    },
    get rows() {
      return stream.rows ?? null;
    },
  };
}
