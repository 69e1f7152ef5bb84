/** The meaning of an instance's lifecycle state for its group. */
export type Membership =
  /** On its way into service: counts as capacity. */
  | "coming"
  | "in-service"
  /** An instance refresh replaces its root volume: it stays in the group, and returns to service. */
  | "renewing"
  /** Set aside (e.g. standby): a member that does not count as capacity. */
  | "aside"
  | "detaching"
  | "terminating"
  /**
   * Its terminating hook was abandoned: it runs and is billed, does not count as capacity, and must be terminated by a
   * call.
   */
  | "retained"
  /** In the warm pool. */
  | "warm";

/**
 * All documented states: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Instance.html. A retained
 * instance is no capacity: https://docs.aws.amazon.com/autoscaling/ec2/userguide/manage-retained-instances.html; an
 * instance whose root volume is replaced is capacity (assumed).
 */
export const MEMBERSHIPS: { readonly [state: string]: Membership } = {
  Pending: "coming",
  "Pending:Wait": "coming",
  "Pending:Proceed": "coming",
  InService: "in-service",
  ReplacingRootVolume: "renewing",
  "ReplacingRootVolume:Wait": "renewing",
  "ReplacingRootVolume:Proceed": "renewing",
  RootVolumeReplaced: "renewing",
  EnteringStandby: "aside",
  Standby: "aside",
  Quarantined: "aside",
  Detaching: "detaching",
  Detached: "detaching",
  Terminating: "terminating",
  "Terminating:Wait": "terminating",
  "Terminating:Proceed": "terminating",
  Terminated: "terminating",
  "Terminating:Retained": "retained",
  "Warmed:Pending": "warm",
  "Warmed:Pending:Wait": "warm",
  "Warmed:Pending:Proceed": "warm",
  "Warmed:Pending:Retained": "warm",
  "Warmed:Running": "warm",
  "Warmed:Stopped": "warm",
  "Warmed:Hibernated": "warm",
  "Warmed:Terminating": "warm",
  "Warmed:Terminating:Wait": "warm",
  "Warmed:Terminating:Proceed": "warm",
  "Warmed:Terminating:Retained": "warm",
  "Warmed:Terminated": "warm",
};

/** Returns the meaning of a state; an unknown state counts as `aside`: neither capacity nor gone. */
export const membershipOf = (state: string): Membership => MEMBERSHIPS[state] ?? "aside";

/** Whether an instance in this state counts in the group's desired capacity. */
export function isCapacity(state: string): boolean {
  const is = membershipOf(state);
  return is === "coming" || is === "in-service" || is === "renewing";
}
