import { constants } from "node:os";
import type { Clock, Ms } from "./clock.ts";
import type { Budgets } from "./drain/budgets.ts";
import { SpotkeeperError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { CreateSend } from "./net/send.ts";
import type { Environment } from "./watch/environment.ts";

/** The options of `createAgent`. All are optional. Times are in milliseconds. */
export interface AgentOptions {
  /** Poll interval of the instance metadata; default 1,000. */
  readonly poll?: Ms;
  /** The address of the metadata service; false: do not watch it. */
  readonly metadata?: string | false;
  /** Whether to use IMDSv1 if no token is available; default false. */
  readonly allowV1?: boolean;
  /**
   * The kinds of notice that start a drain; default `interruption`, `termination` and `task-stop`. Others are only
   * emitted as events.
   */
  readonly drainOn?: readonly (typeof causes)[number][];
  /** The signals that start a drain; default `["SIGTERM"]`. */
  readonly signals?: readonly NodeJS.Signals[];
  /**
   * The time from SIGTERM to SIGKILL: `stopTimeout` in ECS, `terminationGracePeriodSeconds` in Kubernetes; default
   * 30,000.
   */
  readonly stopTimeout?: Ms;
  /** How long before the deadline a drain ends; default 10,000. */
  readonly margin?: Ms;
  /** The maximum duration of each phase. */
  readonly budgets?: Budgets;
  /** Whether the process exits after a drain; default true. */
  readonly exit?: boolean;
}

/** The process, as the agent needs it. No other code of the agent uses globals of the process. */
export interface Host {
  readonly clock: Clock;
  /** By what the metadata services are asked. */
  readonly createSend: CreateSend;
  readonly process: {
    readonly env: Environment;
    /** Listens to a signal by its name, or to uncaught errors. */
    on(event: string, listener: HostListener): unknown;
    off(event: string, listener: HostListener): unknown;
    emitWarning(error: Error | string): void;
    exit(code: number): void;
  };
}

export type HostListener = (what: unknown) => void;

/** The kinds of notice that `drainOn` accepts. With the first three, the end is certain. */
export const causes = ["interruption", "termination", "task-stop", "rebalance", "scheduled-event"] as const;

/** The signals that a process can listen to. */
export const signalNames: readonly string[] = Object.keys(constants.signals).filter((one) => !/KILL|STOP$/.test(one));

export const optionNames = "poll metadata allowV1 drainOn signals stopTimeout margin budgets exit".split(
  " ",
) satisfies readonly string[];

/**
 * Checks that a number of milliseconds is in range.
 *
 * @param most default a day: a drain is far shorter, but a caller who means "all the time there is" need not know that
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export const within = (name: string, value: Ms, least: Ms = 0, most: Ms = 86_400_000): void =>
  wants(typeof value === "number" && value >= least && value <= most, name, value, `${least} to ${most} ms`);

/**
 * Checks that a value is a list.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export const listed = <T>(name: string, value: readonly T[]): readonly T[] => {
  wants(Array.isArray(value), name, value, "a list");
  return value;
};

/**
 * Checks that `got` is one of `known`.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`; the message suggests the closest name
 */
export const oneOf = (
  name: string,
  got: string,
  known: readonly string[],
  what = `one of ${known.join(", ")}`,
): void => {
  const near = nearest(`${got}`, known);
  wants(known.includes(got), name, got, near ? `${what}: did you mean ${near}?` : what);
};

/**
 * Checks that there are no unknown options.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`; the message suggests the closest name
 */
export const noOther = (what: string, options: object, known: readonly string[]): void => {
  for (const name in options) oneOf(what, name, known);
};

/**
 * Checks a condition on an option when the agent is created, not during a drain.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export const wants = (holds: boolean, name: string, got: unknown, what: string): void => {
  if (!holds) throw new SpotkeeperError("SK-AGENT-OPTION", `${name}: got ${got as string}, wants ${what}.`);
};
