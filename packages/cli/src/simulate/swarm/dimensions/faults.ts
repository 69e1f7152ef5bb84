import type { FaultEffect } from "@spotkeeper/simulator";
import { type Dice, type Dimensions, several } from "./dice.ts";

/** The effect of each kind: simulator/src/faults.ts. */
export const FAULT_KINDS = [
  "throttle",
  "html",
  "reset",
  "lost",
  "denied",
  "failed",
  "garbage",
  "truncated",
  "hang",
  "silent",
] as const satisfies readonly FaultEffect["kind"][];

/** The description of each kind, for people. */
export const FAULT_WORDS: { readonly [kind in (typeof FAULT_KINDS)[number]]: string } = {
  throttle: "AWS throttles",
  denied: "AWS denies access",
  html: "status 500, and nothing is done",
  failed: "status 500, but it is done",
  reset: "the connection breaks, and nothing is done",
  lost: "the connection breaks, but it is done",
  garbage: "no answer of AWS's, but it is done",
  truncated: "half an answer, but it is done",
  hang: "AWS never answers, and nothing is done",
  silent: "AWS never answers, but it is done",
};

/** A fault of AWS calls that match: the first `skip` calls are normal, then `times` calls fail. */
export interface FaultItem {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** An AWS operation; null matches all. */
  readonly operation: string | null;
  readonly skip: number;
  /** Null: all later calls. */
  readonly times: number | null;
}

/** The AWS operations that faults can affect; null matches all. */
const OPERATIONS = [
  null,
  "DescribeInstances",
  "DescribeAutoScalingGroups",
  "ListContainerInstances",
  "DescribeTargetHealth",
  "DeregisterTargets",
  "UpdateContainerInstancesState",
  "SetDesiredCapacity",
  "DetachInstances",
  "TerminateInstanceInAutoScalingGroup",
  "TerminateInstances",
  "CompleteLifecycleAction",
  "StopTask",
];

export const faultsOf = (dice: Dice): FaultItem[] =>
  dice.may("faults") ? several(dice, 2, () => faultItem(dice)) : [];

const faultItem = ({ random }: Dice): FaultItem => {
  const kind = random.pick(FAULT_KINDS);
  const operation = random.pick(OPERATIONS);
  const skip = random.int(20);
  const times = 1 + random.int(6);
  // A missing permission is refused each time.
  const never = kind === "denied" && operation !== null && random.next() < 0.5;
  return never ? { kind, operation, skip: 0, times: null } : { kind, operation, skip, times };
};

/**
 * Returns by how many seconds EC2's reads may be stale. AWS names no limit, so the values are `assumed`.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const readLagOf = ({ random, may }: Dice): number => (may("read lag") ? random.pick([2, 10, 40]) : 0);

export const FAULT_DIMENSIONS: Dimensions<readonly FaultItem[]> = {
  "an operation that is never allowed": (faults) => faults.some(({ times }) => times === null),
  ...Object.fromEntries(
    FAULT_KINDS.map((kind) => [
      `fault: ${FAULT_WORDS[kind]}`,
      (faults: readonly FaultItem[]) => faults.some((one) => one.kind === kind),
    ]),
  ),
};
