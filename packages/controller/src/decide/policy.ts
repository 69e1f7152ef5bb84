import type { Ms } from "../clock.ts";
import type { Matcher } from "../model/matcher.ts";

export type RebalanceAnswer = "ignore" | "alert" | "drain" | "replace";

/** What a rule says; what it leaves out comes from the next rule that matches, and at last from the defaults. */
export interface Actions {
  readonly act: boolean;
  readonly dryRun: boolean;
  /** Take capacity over that belongs to someone else (`Hands off`). */
  readonly handsOn: boolean;
  readonly deregister: boolean;
  readonly drain: boolean;
  /** Stop tasks that DRAINING leaves running. */
  readonly stopTasks: boolean;
  /** Hold a service's last healthy target until a replacement is healthy or the last safe moment. */
  readonly holdLast: boolean;
  readonly replace: "never" | "detach" | "raise";
  readonly onRebalance: RebalanceAnswer;
  /** Which hooks are ours, by name (`*` and `?`); direct messages to our queue are ours as well. */
  readonly hooks: readonly string[];
  readonly completeLaunching: boolean;
  /** How long a terminating hook that is ours is held where nothing is known of the instance's work. */
  readonly holdHooks: Ms;
  readonly heartbeats: boolean;
  /** Kept free before the deadline. */
  readonly margin: Ms;
  /** Time to drain where no deadline is known (rebalance, scale-in). */
  readonly drainWithin: Ms;
  /** How long before a scheduled event draining starts. */
  readonly scheduledLead: Ms;
  /** At most this share of a group (at least one instance) under replacement at a time. */
  readonly replaceCap: number;
  readonly replaceCooldown: Ms;
  readonly replaceWithin: Ms;
  /** Where Spot has no capacity for a replacement: so many On-Demand instances at most, for so long. Null: none. */
  readonly onDemand: { readonly lasts: Ms; readonly most: number } | null;
  readonly drainHook: {
    readonly port: number;
    readonly path: string;
    readonly tokenRef: string | null;
    readonly timeout: Ms;
    /** The hook is called at addresses in these only. */
    readonly networks: readonly string[];
  } | null;
  /**
   * Run Command of Systems Manager. What the parameter at `parameterPath` (`{group}`: the group's name) says goes before
   * the document and the parameters here.
   */
  readonly ssm: {
    readonly document: string | null;
    readonly parameters: { readonly [name: string]: readonly string[] };
    readonly parameterPath: string | null;
  } | null;
  /** A service needs at least this: below 1 a share of desired, 1 or more a number of tasks. Null: minimumHealthyPercent. */
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
  /** `spotkeeper:enabled`-style tag: with `required`, only what carries it is acted on; `false` always opts out. */
  readonly tag: { readonly name: string; readonly required: boolean };
}
