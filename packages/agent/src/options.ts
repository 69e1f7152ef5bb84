import { constants } from "node:os";
import type { Clock, Ms } from "./clock.ts";
import type { Budgets } from "./drain/budgets.ts";
import { SpotkeeperError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { CreateSend } from "./net/send.ts";
import type { Environment } from "./watch/environment.ts";

/** All of it can be left out. Times are milliseconds. */
export interface AgentOptions {
  /** From look to look at the instance metadata; 1,000. */
  readonly poll?: Ms;
  /** Where the metadata service is; false: it is not watched. */
  readonly metadata?: string | false;
  /** Ask without a token where none can be had; false. */
  readonly allowV1?: boolean;
  /** What starts a drain; `interruption`, `termination` and `task-stop`. The others are only told. */
  readonly drainOn?: readonly (typeof causes)[number][];
  /** Signals that start a drain; `["SIGTERM"]`. */
  readonly signals?: readonly NodeJS.Signals[];
  /** From SIGTERM to SIGKILL: `stopTimeout` in ECS, `terminationGracePeriodSeconds` in Kubernetes; 30,000. */
  readonly stopTimeout?: Ms;
  /** How long before the deadline a drain is over; 10,000. */
  readonly margin?: Ms;
  /** The most that each phase takes. */
  readonly budgets?: Budgets;
  /** Whether the process ends after a drain; true. */
  readonly exit?: boolean;
}

/** What the agent has of its process, so that nothing else reaches for it. */
export interface Host {
  readonly clock: Clock;
  /** By what the metadata services are asked. */
  readonly createSend: CreateSend;
  readonly process: {
    readonly env: Environment;
    /** Hears of a signal by its name, or of an error that nobody caught. */
    on(event: string, listener: HostListener): unknown;
    off(event: string, listener: HostListener): unknown;
    emitWarning(error: Error | string): void;
    exit(code: number): void;
  };
}

export type HostListener = (what: unknown) => void;

/** What a drain can begin with, where that is wanted. The first three mean that the end is certain. */
export const causes = ["interruption", "termination", "task-stop", "rebalance", "scheduled-event"] as const;

/** Signals that a process can hear of. */
export const signalNames: readonly string[] = Object.keys(constants.signals).filter((one) => !/KILL|STOP$/.test(one));

export const optionNames = "poll metadata allowV1 drainOn signals stopTimeout margin budgets exit".split(
  " ",
) satisfies readonly string[];

/**
 * @param most a day: a drain is far shorter, but whoever means "all there is" need not know
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export const within = (name: string, value: Ms, least: Ms = 0, most: Ms = 86_400_000): void =>
  wants(typeof value === "number" && value >= least && value <= most, name, value, `${least} to ${most} ms`);

/** @throws SpotkeeperError `SK-AGENT-OPTION` for one word in place of a list of them */
export const listed = <T>(name: string, value: readonly T[]): readonly T[] => {
  wants(Array.isArray(value), name, value, "a list");
  return value;
};

/** @throws SpotkeeperError `SK-AGENT-OPTION`: says which of `known` was likely meant */
export const oneOf = (
  name: string,
  got: string,
  known: readonly string[],
  what = `one of ${known.join(", ")}`,
): void => {
  const near = nearest(`${got}`, known);
  wants(known.includes(got), name, got, near ? `${what}: did you mean ${near}?` : what);
};

/** @throws SpotkeeperError `SK-AGENT-OPTION` for an option that there is not: says which was likely meant */
export const noOther = (what: string, options: object, known: readonly string[]): void => {
  for (const name in options) oneOf(what, name, known);
};

/** @throws SpotkeeperError `SK-AGENT-OPTION` for what makes no sense, at once and not in the two minutes */
export const wants = (holds: boolean, name: string, got: unknown, what: string): void => {
  if (!holds) throw new SpotkeeperError("SK-AGENT-OPTION", `${name}: got ${got as string}, wants ${what}.`);
};
