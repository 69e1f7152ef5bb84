import type { Ms } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import { createSend } from "../net/send.ts";
import { hear } from "../notice.ts";
import type { Host } from "../options.ts";
import { createMetadata, createTaskMetadata } from "./metadata.ts";
import type { Change } from "./observe.ts";
import { instancePaths, taskPaths } from "./paths.ts";
import { createWatch } from "./watcher.ts";

/**
 * Begins to watch all that says that the end is near. Returns what ends it, and resolves when nothing is asked any longer.
 *
 * @param metadata where the instance metadata is; null: it is not watched
 * @param task where the metadata of the ECS task is
 * @param signals those that ask the process to end
 */
export const watchAll = (
  host: Host,
  poll: Ms,
  metadata: URL | null,
  allowV1: boolean,
  task: URL | null,
  signals: readonly string[],
  onChange: (change: Change) => void,
  onTrouble: (error: SpotkeeperError) => void,
): (() => Promise<unknown>) => {
  const { clock, process } = host;
  const end = new AbortController();
  const send = createSend(clock);
  const watch = createWatch(host, poll, onChange, onTrouble, end.signal);
  const watching: Promise<unknown>[] = [];
  if (metadata) {
    const ask = createMetadata(metadata, allowV1, send, clock);
    watching.push(watch(new URL("/latest/meta-data/", metadata), ask, instancePaths));
  }
  if (task) watching.push(watch(task, createTaskMetadata(send), taskPaths));
  const onSignal = (signal: unknown): void => onChange([hear({ kind: "signal", detail: String(signal) }, clock), null]);
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    end.abort();
    return Promise.all(watching);
  };
};
