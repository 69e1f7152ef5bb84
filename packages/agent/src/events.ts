import type { Phase } from "./drain/phases.ts";
import type { Report } from "./drain/report.ts";
import { messageOf, type SpotkeeperError } from "./errors.ts";
import type { Notice } from "./notice.ts";

/** The events of an agent, and their values. */
export interface AgentEvents {
  /** A notice came. The event `draining` says whether a drain starts, also for a request. */
  readonly notice: Notice;
  /** A notice was withdrawn. `resumed`: everything that was stopped has been resumed; if false, the drain goes on. */
  readonly cancelled: { readonly notice: Notice; readonly resumed: boolean };
  readonly draining: Notice;
  readonly phase: Phase;
  readonly drained: Report;
  /** A problem that people should fix. Without a listener it becomes a process warning. */
  readonly trouble: SpotkeeperError;
}

export type AgentEvent = keyof AgentEvents;
/** The exit waits for a while for the promise of a `drained` listener. */
type Listener<E extends AgentEvent> = (value: AgentEvents[E]) => unknown;

export type On = <E extends AgentEvent>(event: E, listener: Listener<E>) => () => void;
/** Calls the listeners. Resolves when all of them are done. */
export type Emit = <E extends AgentEvent>(event: E, value: AgentEvents[E]) => Promise<unknown>;

/**
 * Creates an emitter that isolates its listeners: one that throws stops neither the others nor the drain. Errors of
 * listeners, and `trouble` without a listener, go to `warn`.
 */
export const createEmitter = (warn: (error: Error | string) => void): readonly [on: On, emit: Emit] => {
  const listeners = new Set<readonly [AgentEvent, (value: never) => unknown]>();
  const callListener = async (listener: (value: never) => unknown, value: unknown): Promise<void> => {
    try {
      await listener(value as never);
    } catch (error) {
      warn(error instanceof Error ? error : messageOf(error));
    }
  };
  return [
    (event, listener) => {
      const entry = [event, listener] as const;
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    (event, value) => {
      const wanted = [...listeners].filter(([one]) => one === event);
      if (!wanted[0] && event === "trouble") warn(value as SpotkeeperError);
      return Promise.all(wanted.map(([, listener]) => callListener(listener, value)));
    },
  ];
};
