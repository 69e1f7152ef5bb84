import type { Ms } from "../clock.ts";
import type { Matcher } from "../model/matcher.ts";

export type RebalanceAnswer = "ignore" | "alert" | "drain" | "replace";

/**
 * All actions of a policy. A rule sets some; the others are from the next matching rule, and finally from the defaults.
 */
export interface Actions {
  readonly act: boolean;
  readonly dryRun: boolean;
  /** Handle also capacity of another owner. */
  readonly handsOn: boolean;
  readonly deregister: boolean;
  readonly drain: boolean;
  /** Stop tasks that DRAINING leaves running. */
  readonly stopTasks: boolean;
  /**
   * Keep a service's last healthy target registered until a replacement is healthy, at the latest until the last safe
   * moment.
   */
  readonly holdLast: boolean;
  readonly replace: "never" | "detach" | "raise";
  readonly onRebalance: RebalanceAnswer;
  /** Hooks that Spotkeeper answers, by name (`*` and `?`); also those that send messages directly to its queue. */
  readonly hooks: readonly string[];
  readonly completeLaunching: boolean;
  /** How long a terminating hook is held if nothing is known about the work on the instance. */
  readonly holdHooks: Ms;
  readonly heartbeats: boolean;
  /** Time that stays unused before the deadline. */
  readonly margin: Ms;
  /** Time to drain if no deadline is known (rebalance, scale-in). */
  readonly drainWithin: Ms;
  /** Time before a scheduled event at which draining starts. */
  readonly scheduledLead: Ms;
  /** Largest share of a group (at least one instance) that is replaced at a time. */
  readonly replaceCap: number;
  readonly replaceCooldown: Ms;
  readonly replaceWithin: Ms;
  /** On-Demand fallback if Spot has no capacity: the maximum number of instances, and the duration. Null means none. */
  readonly onDemand: { readonly lasts: Ms; readonly most: number } | null;
  readonly drainHook: {
    readonly port: number;
    readonly path: string;
    readonly tokenRef: string | null;
    readonly timeout: Ms;
    /** Networks of addresses at which the hook may be called. */
    readonly networks: readonly string[];
  } | null;
  /**
   * Run Command of Systems Manager. The parameter at `parameterPath` (`{group}`: the group's name) overrides the
   * document and the parameters here.
   */
  readonly ssm: {
    readonly document: string | null;
    readonly parameters: { readonly [name: string]: readonly string[] };
    readonly parameterPath: string | null;
  } | null;
  /**
   * Minimum of healthy tasks of a service: below 1 a share of desired, 1 or more a number. Null means minimumHealthyPercent.
   */
  readonly minimum: number | null;
}

export interface Rule {
  readonly name: string;
  readonly match: Matcher;
  readonly do: Partial<Actions>;
}

export interface Policy {
  readonly rules: readonly Rule[];
  readonly defaults: Actions;
  /**
   * The opt-in tag, e.g. `spotkeeper:enabled`. With `required`, only instances with the value `true` are handled; the
   * value `false` always opts out.
   */
  readonly tag: { readonly name: string; readonly required: boolean };
}
