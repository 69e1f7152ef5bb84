import type { Io } from "../io.ts";
import type { Canvas } from "./render.ts";

const ENTER = "\u001B[?1049h\u001B[?25l\u001B[2J";
const LEAVE = "\u001B[?25h\u001B[?1049l";
/** Nothing is drawn half: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const BEGIN = "\u001B[?2026h";
const END = "\u001B[?2026l";

export interface Screen {
  /** Draws over what was there; a picture that is still on its way out is not waited for, the next one comes. */
  draw(): void;
  /** Gives the terminal back as it was. Asking twice is asking once. */
  leave(): Promise<void>;
}

/** The alternate screen of a terminal. Its size is read anew for each picture, so that a resize needs no more. */
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
    leave() {
      left ??= written.then(() => output.write(LEAVE));
      return left;
    },
  };
}
