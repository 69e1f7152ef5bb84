import type { EventEmitter } from "node:events";

/**
 * Has `instead` hear of its events, and nobody else. Returns what puts it back. Before that nothing of the application's own
 * wiring is touched, and what it wires meanwhile stands afterwards.
 */
export const takeEvents = (
  emitter: EventEmitter,
  instead: { readonly [event: string]: (...args: never[]) => unknown },
): (() => void) => {
  const { emit } = emitter;
  emitter.emit = (event: string, ...args: never[]) =>
    instead[event] ? !instead[event](...args) : emit.call(emitter, event, ...args);
  return () => {
    emitter.emit = emit;
  };
};
