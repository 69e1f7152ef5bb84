import { type Dice, type Dimensions, several } from "./dice.ts";

export const FAULT_KINDS = ["throttle", "html", "reset", "lost", "denied"] as const;

/** What meets calls that match, from `from` to `until`, in seconds. */
export interface FaultItem {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** The name of an AWS operation; null matches every operation. */
  readonly operation: string | null;
  readonly skip: number;
  readonly times: number;
}

/** The AWS operations that a fault can meet; null matches every operation. */
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

const faultItem = ({ random }: Dice): FaultItem => ({
  kind: random.pick(FAULT_KINDS),
  operation: random.pick(OPERATIONS),
  skip: random.int(20),
  times: 1 + random.int(6),
});

export const FAULT_DIMENSIONS: Dimensions<readonly FaultItem[]> = Object.fromEntries(
  FAULT_KINDS.map((kind) => [
    `fault: ${kind}`,
    (faults: readonly FaultItem[]) => faults.some((one) => one.kind === kind),
  ]),
);
