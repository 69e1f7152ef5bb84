import type { EventEmitter } from "node:events";

/**
 * Calls `handlers` for their events before all other listeners. A handler that returns true hides the event from the
 * other listeners.
 *
 * It replaces `emit` and adds no listener: Node.js behaves differently for some events if anybody listens to them.
 */
export const interceptEvents = (
  emitter: EventEmitter,
  handlers: { readonly [event: string]: (...args: never[]) => unknown },
): void => {
  const { emit } = emitter;
  emitter.emit = (event: string, ...args: never[]) =>
    handlers[event]?.(...args) === true || emit.call(emitter, event, ...args);
};
