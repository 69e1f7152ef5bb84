import { type Ms, pause } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import { createSend } from "../net/send.ts";
import { hear } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Ask, createAsk } from "./metadata.ts";
import { type Change, createObserver } from "./observe.ts";
import { LOOK, pace } from "./pace.ts";
import { instancePaths, type Read, task as taskState } from "./paths.ts";
import { createToken } from "./token.ts";

/**
 * Begins to watch all that says that the end is near. Returns what ends it, and resolves when nothing is asked any longer.
 *
 * @param poll milliseconds from look to look
 * @param metadata where the instance metadata is; null: it is not watched
 * @param task where the metadata of the ECS task is
 * @param signals those that ask the process to end
 * @param onTrouble something is wrong, two looks in a row: told once, and again when it is something else or was well in
 * between
 */
export const watchAll = (
  { clock, process }: Host,
  poll: Ms,
  metadata: URL | null,
  allowV1: boolean,
  task: URL | null,
  signals: readonly string[],
  onChange: (change: Change) => void,
  onTrouble: (error: SpotkeeperError) => void,
): (() => Promise<unknown>) => {
  const end = new AbortController();
  const { signal } = end;
  const send = createSend(clock);
  /** What is wrong with a path, and has been told. One cause troubles several: it is told with the first. */
  const told = new Map<URL, string>();

  /** Watches one path on its own, so that a bad answer hides no other. */
  const watch = async (url: URL, ask: Ask, read: Read): Promise<void> => {
    const observe = createObserver(clock, (change) => signal.aborted || onChange(change));
    /** Looks in a row that brought no answer. */
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.now();
      try {
        observe(...(await ask(url, began + LOOK, read)));
        told.delete(url);
        failures = 0;
      } catch (error) {
        // The first may be no more than a kept connection that was torn.
        if (failures++) {
          const what = url.host + (error as SpotkeeperError).code;
          if (![...told.values()].includes(what)) onTrouble(error as SpotkeeperError);
          told.set(url, what);
        }
      }
      await pause(clock, began + pace(failures, poll) - clock.now(), signal);
    }
  };

  const watching: Promise<void>[] = [];
  if (metadata) {
    const ask = createAsk(send, 404, createToken(metadata, allowV1, send, clock));
    for (const path in instancePaths) {
      watching.push(
        watch(new URL(`/latest/meta-data/${path}`, metadata), ask, instancePaths[path as keyof typeof instancePaths]),
      );
    }
  }
  // The endpoint wants no token, and a task that it does not know is not one that goes on: nothing says "nothing"
  // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html).
  if (task) watching.push(watch(new URL("task", task), createAsk(send), taskState));
  const onSignal = (name: unknown): void => onChange([hear({ kind: "signal", detail: name as string }, clock), null]);
  for (const name of signals) process.on(name, onSignal);
  return () => {
    for (const name of signals) process.off(name, onSignal);
    end.abort();
    return Promise.all(watching);
  };
};
