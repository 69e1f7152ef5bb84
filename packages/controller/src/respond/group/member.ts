/** What a state of an instance means to its group. */
export type Membership =
  /** On its way into service: capacity already. */
  | "coming"
  | "in-service"
  /** An instance refresh exchanges its root volume: it stays, and goes back into service. */
  | "renewing"
  /** Set aside by a person: a member, and no capacity. */
  | "aside"
  | "detaching"
  | "terminating"
  /** Its terminating hook was abandoned: it runs, billed and no capacity, until somebody ends it. */
  | "retained"
  /** In the warm pool. */
  | "warm";

/**
 * All states there are: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Instance.html. That a retained one is
 * no capacity: https://docs.aws.amazon.com/autoscaling/ec2/userguide/manage-retained-instances.html; that one whose root
 * volume is exchanged is capacity is assumed.
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

/** A state that is new to us is set aside: neither capacity nor gone. */
export const membershipOf = (state: string): Membership => MEMBERSHIPS[state] ?? "aside";

/** Whether the group counts it in its desired capacity. */
export function isCapacity(state: string): boolean {
  const is = membershipOf(state);
  return is === "coming" || is === "in-service" || is === "renewing";
}
