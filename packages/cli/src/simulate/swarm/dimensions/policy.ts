import type { Dice, Dimensions } from "./dice.ts";

/** What the policy of the world says where it differs from the defaults. */
export interface SwarmPolicy {
  readonly replace: "never" | "detach" | "raise";
  readonly onRebalance: "ignore" | "alert" | "drain" | "replace";
  readonly holdLast: boolean;
  readonly replaceCap: number;
  /** What the policy lets the worker do. */
  readonly may: May;
  /** Seconds. */
  readonly holdHooks: number;
  /** On-Demand for a minute where Spot has no capacity. */
  readonly onDemand: boolean;
}

export const MAY = ["everything", "not deregister", "not drain", "nothing", "only say it"] as const;

/** The last one: a user's rules differ, so that nothing is demanded and nothing forbidden. */
export type May = (typeof MAY)[number] | "as its rules say";

export const policyOf = ({ random, may }: Dice): SwarmPolicy => ({
  replace: may("replace") ? random.pick(["detach", "raise"] as const) : "never",
  onRebalance: random.pick(["ignore", "alert", "drain", "replace"] as const),
  holdLast: !may("not held"),
  replaceCap: random.pick([0.2, 0.5, 1]),
  may: may("forbidden") ? random.pick(MAY) : "everything",
  holdHooks: random.pick([0, 30, 600]),
  onDemand: may("on-demand for a time"),
});

export const POLICY_DIMENSIONS: Dimensions<SwarmPolicy> = {
  "replaced by raise": (policy) => policy.replace === "raise",
  "replaced by detach": (policy) => policy.replace === "detach",
  "recommendations drain": (policy) => policy.onRebalance === "drain",
  "recommendations replace": (policy) => policy.onRebalance === "replace",
  "policy forbids to deregister": (policy) => policy.may === "not deregister",
  "policy forbids to drain": (policy) => policy.may === "not drain",
  "policy forbids to act": (policy) => policy.may === "nothing",
  "dry run": (policy) => policy.may === "only say it",
  "hooks held for ten minutes": (policy) => policy.holdHooks === 600,
  "On-Demand for a time": (policy) => policy.onDemand,
  "last targets not held": (policy) => !policy.holdLast,
};
