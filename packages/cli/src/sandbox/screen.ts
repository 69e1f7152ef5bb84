import type { Io } from "../io.ts";
import type { Canvas } from "./render.ts";

const ENTER = "\u001B[?1049h\u001B[?25l\u001B[2J";
const LEAVE = "\u001B[?25h\u001B[?1049l";
/**
 * Marks a screen so that the terminal never shows half of it:
 * https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036
 */
const BEGIN = "\u001B[?2026h";
const END = "\u001B[?2026l";

export interface Screen {
  /** Draws one screen. If the previous one is still being written, it does nothing. */
  draw(): void;
  /** Restores the terminal. A second call returns the same promise. */
  closeAll(): Promise<void>;
}

/** Switches to the terminal's alternate screen. The size is read for each drawing, so a resize needs no handler. */
export function enterScreen(
  output: Io["stdout"],
  colors: boolean,
  picture: (canvas: Canvas) => readonly string[],
): Screen {
  let busy = false;
  let left: Promise<void> | null = null;
  let written = output.write(ENTER);
  return {
    draw() {
      if (busy || left !== null) return;
      busy = true;
      const lines = picture({ columns: output.columns ?? 80, rows: output.rows ?? 24, colors });
      const text = lines.map((line) => `${line}\u001B[K`).join("\r\n");
      written = output.write(`${BEGIN}\u001B[H${text}\u001B[J${END}`).then(() => void (busy = false));
    },
    closeAll() {
      left ??= written.then(() => output.write(LEAVE));
      return left;
    },
  };
}
