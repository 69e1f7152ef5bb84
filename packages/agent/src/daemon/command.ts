import type { Drainable } from "../drain/phases.ts";
import type { Child } from "./child.ts";

/** Ends a process: SIGTERM at once, SIGKILL when there is no time left. */
export function drainChild(child: Child): Drainable {
  return {
    async finish({ signal, note }) {
      child.signal("SIGTERM");
      const kill = (): void => {
        note("killed: it did not end in time");
        child.signal("SIGKILL");
      };
      signal.addEventListener("abort", kill, { once: true });
      try {
        note(`ended with ${await child.ended}`);
      } finally {
        signal.removeEventListener("abort", kill);
      }
    },
  };
}
