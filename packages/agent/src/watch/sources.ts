import type { Ms } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import { toNotice } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Ask, createAsk } from "./metadata.ts";
import { type Change, createObserver } from "./observe.ts";
import { POLL_TIMEOUT, nextTurn, retryDelay, seldomInterval, SELDOM_OFFSET } from "./pace.ts";
import { instancePaths, type Read, task as taskState } from "./paths.ts";
import { createToken } from "./token.ts";

/**
 * Starts watching all sources of notices. Returns a function that ends it; answers that arrive later are ignored.
 *
 * @param poll poll interval in milliseconds
 * @param metadata the address of the instance metadata; null if it is not watched
 * @param task the address of the ECS task metadata; null if it is not watched
 * @param signals the signals that ask the process to end
 * @param onTrouble called after two failed polls in a row; again only for another problem, or after a success in
 * between
 */
export const watchAll = (
  { clock, process, createSend }: Host,
  poll: Ms,
  metadata: URL | null,
  allowV1: boolean,
  task: URL | null,
  signals: readonly string[],
  onChange: (change: Change) => void,
  onTrouble: (error: SpotkeeperError) => void,
): (() => void) => {
  const start = clock.now();
  let over = false;
  const send = createSend(clock);
  /** The reported problem of each path. One cause may affect several paths: it is reported once. */
  const reported = new Map<URL, string>();

  /**
   * Polls one path on its own, so that a bad answer hides no other. All paths use the same slots, so that an idle
   * process wakes seldom.
   */
  const watch = (url: URL, ask: Ask, read: Read, every: Ms = poll): void => {
    const observe = createObserver(clock, (change) => over || onChange(change));
    /** The number of failed polls in a row. */
    let failures = 0;
    const pollOnce = async (): Promise<void> => {
      if (over) return;
      const began = clock.now();
      try {
        observe(...(await ask(url, began + POLL_TIMEOUT, read)));
        reported.delete(url);
        failures = 0;
      } catch (error) {
        // The first failure may only be a closed kept-alive connection.
        if (failures++ && !over) {
          const what = url.host + (error as SpotkeeperError).code;
          if (![...reported.values()].includes(what)) onTrouble(error as SpotkeeperError);
          reported.set(url, what);
        }
      }
      const first = every > poll ? start + Math.min(SELDOM_OFFSET, poll / 2) : start;
      clock.setTimer(
        failures ? began + retryDelay(failures, poll) : nextTurn(first, every, began),
        () => void pollOnce(),
      );
    };
    void pollOnce();
  };

  if (metadata) {
    const ask = createAsk(send, 404, createToken(metadata, allowV1, send, clock));
    for (const path in instancePaths) {
      watch(
        new URL(`/latest/meta-data/${path}`, metadata),
        ask,
        instancePaths[path as keyof typeof instancePaths],
        // These are not certain yet, or announced days ahead.
        path.startsWith("events/") ? seldomInterval(poll) : poll,
      );
    }
  }
  // This endpoint needs no token. An unknown task is a failure, so no status means "nothing"
  // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html).
  if (task) watch(new URL("task", task), createAsk(send), taskState);
  const onSignal = (name: unknown): void =>
    onChange([toNotice({ kind: "signal", detail: name as string }, clock), null]);
  for (const name of signals) process.on(name, onSignal);
  return () => {
    for (const name of signals) process.off(name, onSignal);
    over = true;
  };
};
