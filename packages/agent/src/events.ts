import type { Phase } from "./drain/phases.ts";
import type { Report } from "./drain/report.ts";
import { messageOf, type SpotkeeperError } from "./errors.ts";
import type { Notice } from "./notice.ts";

/** What an agent tells, and what comes along. */
export interface AgentEvents {
  /** Something says that the process is to end. Whether it drains, also because somebody asks, is told by `draining`. */
  readonly notice: Notice;
  /** A notice went away again. `resumed`: what had been stopped for it was taken up again; if not, the drain goes on. */
  readonly cancelled: { readonly notice: Notice; readonly resumed: boolean };
  readonly draining: Notice;
  readonly phase: Phase;
  readonly drained: Report;
  /** Something is wrong that people should mend. Without a listener it becomes a warning of the process. */
  readonly trouble: SpotkeeperError;
}

export type AgentEvent = keyof AgentEvents;
/** For one that is asynchronous, `drained` waits a while before the process ends. */
type Listener<E extends AgentEvent> = (value: AgentEvents[E]) => unknown;

export type On = <E extends AgentEvent>(event: E, listener: Listener<E>) => () => void;
/** Resolves when all listeners have done what they do. */
export type Emit = <E extends AgentEvent>(event: E, value: AgentEvents[E]) => Promise<unknown>;

/**
 * Tells listeners, each for itself: one that throws keeps nobody from hearing, least of all the drain. What it threw, and
 * trouble that nobody listens to, goes to `warn`.
 */
export const createEmitter = (warn: (error: Error | string) => void): readonly [on: On, emit: Emit] => {
  const listeners = new Set<readonly [AgentEvent, (value: never) => unknown]>();
  const hear = async (listener: (value: never) => unknown, value: unknown): Promise<void> => {
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
      return Promise.all(wanted.map(([, listener]) => hear(listener, value)));
    },
  ];
};
