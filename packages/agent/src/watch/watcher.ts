import { type Ms, pause } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import type { Host } from "../options.ts";
import type { Ask } from "./metadata.ts";
import { type Change, createObserver } from "./observe.ts";
import { LOOK, pace } from "./pace.ts";
import type { Paths } from "./paths.ts";

/** Watches each path below `base` on its own, until there is no more to do; resolves then. */
export type Watch = (base: URL, ask: Ask, paths: Paths) => Promise<unknown>;

/**
 * @param poll milliseconds from look to look
 * @param onTrouble something is wrong with a path: told once, and again when it is something else or was well in between
 * @param signal ends it
 */
export const createWatch =
  (
    { clock, random }: Host,
    poll: Ms,
    onChange: (change: Change) => void,
    onTrouble: (error: SpotkeeperError) => void,
    signal: AbortSignal,
  ): Watch =>
  (base, ask, paths) => {
    const troubles = new Map<URL, string>();
    const watching = Object.entries(paths).map(async ([path, read]) => {
      const url = new URL(path, base);
      const observe = createObserver(clock);
      /** Looks in a row that brought no answer, beyond the first. */
      let failures = -1;
      while (!signal.aborted) {
        const began = clock.now();
        try {
          const change = await ask(url, began + LOOK, (reply) => {
            failures = -1;
            return observe(reply && read(reply.body), Date.parse(`${reply?.headers.date}`));
          });
          troubles.delete(url);
          if (change && !signal.aborted) onChange(change);
        } catch (error) {
          failures++;
          const { code } = error as SpotkeeperError;
          // One cause troubles several paths: it is told with the first.
          if (!signal.aborted && ![...troubles.values()].includes(code)) onTrouble(error as SpotkeeperError);
          troubles.set(url, code);
        }
        await pause(clock, began + pace(failures, poll, random()) - clock.now(), signal);
      }
    });
    return Promise.all(watching);
  };
