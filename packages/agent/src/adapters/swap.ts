import type { EventEmitter } from "node:events";

type Listener = (...args: never[]) => void;

/**
 * Puts `instead` in the place of what listens to `event`. Returns what puts it back. Before a drain nothing of the
 * application's own wiring is touched.
 */
export function swapListeners(emitter: EventEmitter, event: string, instead: Listener): () => void {
  const before = emitter.rawListeners(event) as Listener[];
  emitter.removeAllListeners(event);
  emitter.on(event, instead as (...args: unknown[]) => void);
  return () => {
    emitter.removeAllListeners(event);
    for (const listener of before) emitter.on(event, listener as (...args: unknown[]) => void);
  };
}
