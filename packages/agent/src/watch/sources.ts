import type { Ms } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import { hear } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Ask, createAsk } from "./metadata.ts";
import { type Change, createObserver } from "./observe.ts";
import { LOOK, nextTurn, pace, seldom, SOON } from "./pace.ts";
import { instancePaths, type Read, task as taskState } from "./paths.ts";
import { createToken } from "./token.ts";

/**
 * Begins to watch all that says that the end is near. Returns what ends it: what is being asked is not heard any longer.
 *
 * @param poll milliseconds from look to look
 * @param metadata where the instance metadata is; null: it is not watched
 * @param task where the metadata of the ECS task is
 * @param signals those that ask the process to end
 * @param onTrouble something is wrong, two looks in a row: told once, and again when it is something else or was well in
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
  /** What is wrong with a path, and has been told. One cause troubles several: it is told with the first. */
  const told = new Map<URL, string>();

  /** Watches one path on its own, so that a bad answer hides no other; all in the same turns, so that idling costs little. */
  const watch = (url: URL, ask: Ask, read: Read, every: Ms = poll): void => {
    const observe = createObserver(clock, (change) => over || onChange(change));
    /** Looks in a row that brought no answer. */
    let failures = 0;
    const look = async (): Promise<void> => {
      if (over) return;
      const began = clock.now();
      try {
        observe(...(await ask(url, began + LOOK, read)));
        told.delete(url);
        failures = 0;
      } catch (error) {
        // The first may be no more than a kept connection that was torn.
        if (failures++ && !over) {
          const what = url.host + (error as SpotkeeperError).code;
          if (![...told.values()].includes(what)) onTrouble(error as SpotkeeperError);
          told.set(url, what);
        }
      }
      const first = every > poll ? start + Math.min(SOON, poll / 2) : start;
      clock.setTimer(failures ? began + pace(failures, poll) : nextTurn(first, every, began), () => void look());
    };
    void look();
  };

  if (metadata) {
    const ask = createAsk(send, 404, createToken(metadata, allowV1, send, clock));
    for (const path in instancePaths) {
      watch(
        new URL(`/latest/meta-data/${path}`, metadata),
        ask,
        instancePaths[path as keyof typeof instancePaths],
        // What they tell of is not certain yet, or days ahead.
        path.startsWith("events/") ? seldom(poll) : poll,
      );
    }
  }
  // The endpoint wants no token, and a task that it does not know is not one that goes on: nothing says "nothing"
  // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html).
  if (task) watch(new URL("task", task), createAsk(send), taskState);
  const onSignal = (name: unknown): void => onChange([hear({ kind: "signal", detail: name as string }, clock), null]);
  for (const name of signals) process.on(name, onSignal);
  return () => {
    for (const name of signals) process.off(name, onSignal);
    over = true;
  };
};
