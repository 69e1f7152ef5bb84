import { EventEmitter } from "node:events";
import { createSend } from "../../src/net/send.ts";
import type { Host } from "../../src/options.ts";
import { type VirtualClock, virtualClock } from "./clock.ts";

export interface FakeHost extends Host {
  readonly clock: VirtualClock;
  /** A signal, or an error that nobody caught. */
  readonly happen: (event: string, what: unknown) => void;
  readonly listeners: (event: string) => number;
  readonly exits: number[];
  readonly warnings: (Error | string)[];
}

/** A process on a virtual clock. */
export function fakeHost(env: Host["process"]["env"] = {}): FakeHost {
  const events = new EventEmitter();
  const exits: number[] = [];
  const warnings: (Error | string)[] = [];
  return {
    clock: virtualClock(),
    createSend,
    process: {
      env,
      on: (event, listener) => events.on(event, listener),
      off: (event, listener) => events.off(event, listener),
      emitWarning: (error) => void warnings.push(error),
      exit: (code) => void exits.push(code),
    },
    happen: (event, what) => void events.emit(event, what),
    listeners: (event) => events.listenerCount(event),
    exits,
    warnings,
  };
}
