import type { Clock, Ms } from "./clock.ts";
import { SpotkeeperError } from "./errors.ts";
import type { Budgets } from "./drain/budgets.ts";
import { phases } from "./drain/phases.ts";
import type { NoticeKind } from "./notice.ts";
import {
  type Environment,
  isOrchestrated,
  metadataEndpoint,
  stopTimeoutOf,
  taskEndpoint,
} from "./watch/environment.ts";

/** All of it can be left out. Times are milliseconds. */
export interface AgentOptions {
  /** From look to look at the instance metadata; 1,000. */
  readonly poll?: Ms;
  /** Where the metadata service is; false: it is not watched. */
  readonly metadata?: string | false;
  /** Ask without a token where none can be had; false. */
  readonly allowV1?: boolean;
  /** What starts a drain; `interruption`, `termination` and `task-stop`. The others are only told. */
  readonly drainOn?: readonly Extract<
    NoticeKind,
    "interruption" | "termination" | "task-stop" | "rebalance" | "scheduled-event"
  >[];
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

/** Hears of a signal by its name, or of an error that nobody caught. */
export type HostListener = (what: unknown) => void;

/** What the agent has of its process, so that nothing else reaches for it. */
export interface Host {
  readonly clock: Clock;
  readonly random: () => number;
  readonly env: Environment;
  readonly on: (event: string, listener: HostListener) => void;
  readonly off: (event: string, listener: HostListener) => void;
  readonly warn: (error: Error) => void;
  readonly exit: (code: number) => void;
}

export interface Settings {
  readonly poll: Ms;
  readonly metadata: URL | null;
  readonly task: URL | null;
  readonly allowV1: boolean;
  readonly drainOn: readonly NoticeKind[];
  readonly signals: readonly NodeJS.Signals[];
  readonly stopTimeout: Ms;
  readonly margin: Ms;
  readonly budgets: Budgets;
  readonly exit: boolean;
  /** Whether somebody will want to know that `stopTimeout` is too short. */
  readonly stopMatters: boolean;
}

/** Throws `SK-AGENT-OPTION` for what makes no sense, at once and not in the two minutes. */
export function settingsOf(options: AgentOptions, env: Environment): Settings {
  const { poll = 1_000, margin = 10_000, budgets = {}, metadata } = options;
  const stopTimeout = options.stopTimeout ?? stopTimeoutOf(env);
  within("poll", poll, 10, 60_000);
  within("margin", margin, 0, 60_000);
  within("stopTimeout", stopTimeout, 1_000, 24 * 3_600_000);
  for (const [phase, budget] of Object.entries(budgets)) {
    if (!phases.some((one) => one === phase)) {
      throw new SpotkeeperError(
        "SK-AGENT-OPTION",
        `budgets.${phase}: there is no such phase; the phases are ${phases.join(", ")}.`,
      );
    }
    within(`budgets.${phase}`, budget, 0, 3_600_000);
  }
  return {
    poll,
    metadata:
      metadata === false
        ? null
        : metadataEndpoint(metadata === undefined ? env : { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata }),
    task: taskEndpoint(env),
    allowV1: options.allowV1 ?? false,
    drainOn: options.drainOn ?? ["interruption", "termination", "task-stop"],
    signals: options.signals ?? ["SIGTERM"],
    stopTimeout,
    margin,
    budgets,
    exit: options.exit ?? true,
    stopMatters: options.stopTimeout !== undefined || budgets.finish !== undefined || isOrchestrated(env),
  };
}

function within(name: string, value: Ms, least: Ms, most: Ms): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new SpotkeeperError("SK-AGENT-OPTION", `${name}: got ${value}, wants milliseconds from ${least} to ${most}.`);
}
