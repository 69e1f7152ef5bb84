import type { Ms } from "../clock.ts";
import type { Notice } from "../notice.ts";

/**
 * The phases of a drain, in their order.
 *
 * - `unready`: the health endpoint says so; requests that still come are served
 * - `stop-intake`: nothing new is taken
 * - `finish`: work in flight ends
 * - `save`: checkpoints
 * - `callbacks`: telling others
 * - `close`: servers, connections, pools
 * - `exit`: the last things before the process ends
 */
export type Phase = "unready" | "stop-intake" | "finish" | "save" | "callbacks" | "close" | "exit";

/**
 * What the agent asks of a load balancer: a health check each 5 s, and unhealthy after 2 failures. The second of them comes
 * 10 s later at the latest. Until then requests come, so that being unready is no shorter.
 */
const HEALTH_CHECK: Ms = 5_000;
const FAILURES = 2;
/** From the last check until the load balancer sends nothing any longer, and what it has sent has arrived. */
const ON_THE_WAY: Ms = 2_000;

/** At most this long for each phase: together the 110 s that a drain may take. */
export const defaultBudgets: { readonly [P in Phase]: Ms } = {
  unready: HEALTH_CHECK * FAILURES + ON_THE_WAY,
  "stop-intake": 2_000,
  finish: 83_000,
  save: 8_000,
  callbacks: 2_000,
  close: 2_000,
  exit: 1_000,
};

export const phases = Object.keys(defaultBudgets) as readonly Phase[];

/** What is wanted where a phase is named. */
export const onePhase = `one of ${phases.join(", ")}`;

/**
 * Saving and telling stop nothing, and being unready ends with the drain. Hibernation has begun when it is told, so only
 * these are of use then.
 */
export const gentlePhases: readonly Phase[] = ["unready", "save", "callbacks"];

/** What a handler is given. */
export interface DrainContext {
  /** Aborted when the handler's time is nearly over, or the notice was called off. What goes on after that is left behind. */
  readonly signal: AbortSignal;
  /** Whether `signal` was aborted since the notice was called off: work in hand goes on, so nothing is given back. */
  readonly calledOff: boolean;
  /** Milliseconds until this handler is left behind. */
  remaining(): Ms;
  /** Resolves after so many milliseconds, or as soon as `signal` is aborted. */
  wait(ms: Ms): Promise<void>;
  /** Why the process is to end. */
  readonly reason: Notice;
  /** The handlers so far that failed, or were cut off with work undone, and why: `name (phase): why`. */
  readonly unfinished: readonly string[];
  /** Adds a line to the handler's entry in the report. */
  note(line: string): void;
}

/** What runs in a phase. What it throws is reported; what it returns is waited for. */
export type DrainHandler = (context: DrainContext) => unknown;

/** What takes part in several phases, as adapters do. */
export type Drainable = { readonly [P in Phase]?: DrainHandler } & {
  /**
   * Takes everything up again that was stopped, for a notice that was called off; undefined: there is no way back (any
   * longer). Where it fails, or another part's does, the drain begins anew.
   */
  readonly resume?: (() => unknown) | undefined;
};
