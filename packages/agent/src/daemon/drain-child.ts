import { aborted } from "../adapters/aborted.ts";
import type { Drainable } from "../drain/phases.ts";
import type { Child } from "./child.ts";

/** Ends a child process: sends SIGTERM once at the start of `finish`, and SIGKILL when there is no time left. */
export function drainChild(child: Child): Drainable {
  let told = false;
  return {
    async finish(context) {
      const { signal, note } = context;
      if (!told) child.signal("SIGTERM");
      told = true;
      const code = await Promise.race([child.ended, aborted(signal)]);
      if (code === undefined && !context.calledOff) {
        note("killed: it did not end in time");
        child.signal("SIGKILL");
      }
      if (!context.calledOff) note(`ended with ${await child.ended}`);
    },
  };
}
