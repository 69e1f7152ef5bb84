import type { Ms } from "../clock.ts";
import type { Notice } from "../notice.ts";

/**
 * The phases of a drain, in order.
 *
 * - `unready`: the health route says "not ready"; requests are still served
 * - `stop-intake`: no new work is accepted
 * - `finish`: work in flight ends
 * - `save`: checkpoints
 * - `callbacks`: others are told
 * - `close`: servers, connections, pools
 * - `exit`: the last things before the process ends
 */
export type Phase = "unready" | "stop-intake" | "finish" | "save" | "callbacks" | "close" | "exit";

/**
 * The health check that the load balancer should use: every 5 s, unhealthy after 2 failures. The second failure comes
 * 10 s later at the latest. Until then requests arrive, so `unready` must last that long.
 */
const HEALTH_CHECK: Ms = 5_000;
const FAILURES = 2;
/** Time for the load balancer to stop sending after the last check, and for its last requests to arrive. */
const ON_THE_WAY: Ms = 2_000;

/** The default maximum of each phase; together the 110 s that a drain may take. */
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

/** The list of phases, for error messages. */
export const onePhase = `one of ${phases.join(", ")}`;

/** The phases that stop nothing for good. Hibernation begins with its notice, so only these run for it. */
export const gentlePhases: readonly Phase[] = ["unready", "save", "callbacks"];

/** The argument of a handler. */
export interface DrainContext {
  /**
   * Aborted when the handler's time is nearly over, or when the notice is cancelled. A handler that goes on after that
   * is not waited for.
   */
  readonly signal: AbortSignal;
  /**
   * True if `signal` was aborted because the notice was cancelled: keep the work in flight, return nothing to a queue.
   */
  readonly calledOff: boolean;
  /** Returns the milliseconds until this handler is no longer waited for. */
  remaining(): Ms;
  /** Resolves after `ms`, or as soon as `signal` is aborted. */
  wait(ms: Ms): Promise<void>;
  /** The notice that the drain is for. */
  readonly reason: Notice;
  /** The handlers so far that failed or were cut off, and why: `name (phase): why`. */
  readonly unfinished: readonly string[];
  /** Adds a line to the handler's entry in the report. */
  note(line: string): void;
}

/** A handler of one phase. An error it throws is reported; a promise it returns is waited for. */
export type DrainHandler = (context: DrainContext) => unknown;

/** Handlers for several phases, as adapters have them. */
export type Drainable = { readonly [P in Phase]?: DrainHandler } & {
  /**
   * Resumes everything that was stopped, after a cancelled notice. Undefined if there is no way back (any more). If it
   * fails, here or in another part, the drain begins again.
   */
  readonly resume?: (() => unknown) | undefined;
};
