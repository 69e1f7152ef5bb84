import { EventEmitter } from "node:events";
import type { Host } from "../../src/options.ts";
import { type VirtualClock, virtualClock } from "./clock.ts";

export interface FakeHost extends Host {
  readonly clock: VirtualClock;
  /** A signal, or an error that nobody caught. */
  readonly happen: (event: string, what: unknown) => void;
  readonly listeners: (event: string) => number;
  readonly exits: number[];
  readonly warnings: Error[];
}

/** A process on a virtual clock. */
export function fakeHost(env: Host["env"] = {}): FakeHost {
  const events = new EventEmitter();
  const exits: number[] = [];
  const warnings: Error[] = [];
  return {
    clock: virtualClock(),
    random: () => 1,
    env,
    on: (event, listener) => void events.on(event, listener),
    off: (event, listener) => void events.off(event, listener),
    warn: (error) => void warnings.push(error),
    exit: (code) => void exits.push(code),
    happen: (event, what) => void events.emit(event, what),
    listeners: (event) => events.listenerCount(event),
    exits,
    warnings,
  };
}
