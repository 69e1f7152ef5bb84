import type { EventEmitter } from "node:events";

/**
 * Has `handlers` hear of their events before everybody else; where one answers true, nobody else does. Nothing of the
 * application's own wiring is touched, and Node.js, which asks for some events whether anybody listens, sees no more
 * listeners than there were.
 */
export const hearFirst = (
  emitter: EventEmitter,
  handlers: { readonly [event: string]: (...args: never[]) => unknown },
): void => {
  const { emit } = emitter;
  emitter.emit = (event: string, ...args: never[]) =>
    handlers[event]?.(...args) === true || emit.call(emitter, event, ...args);
};
