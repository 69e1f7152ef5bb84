import type { Ms } from "../clock.ts";
import type { AgentState } from "./agents.ts";

/** What EC2 will do with an instance. */
export type Action = "terminate" | "stop" | "hibernate";

/** What is about to end: an EC2 instance or a Fargate task. */
export type Subject =
  | { readonly type: "instance"; readonly id: string }
  | { readonly type: "task"; readonly id: string };

/** The way on which a message was received. */
export type Source = "sqs" | "http" | "lambda" | "file" | "stdin" | "agent" | "sweep";

/** Facts about a message that the transport knows and the message itself may not contain. */
export interface Origin {
  readonly source: Source;
  /** Account and region of the queue, for messages without an envelope (docs/aws-facts.md, 17). */
  readonly account: string | null;
  readonly region: string | null;
  /** When the queue received the message; used if the message's `time` cannot be parsed. */
  readonly sentAt: Ms | null;
  readonly receivedAt: Ms;
}

/** A pending lifecycle action of an Auto Scaling group's hook. */
export interface LifecycleAction {
  readonly group: string;
  readonly hook: string;
  /** Absent in some forwarded messages; AWS's API then needs the instance id in its place. */
  readonly token: string | null;
  readonly transition: "terminating" | "launching";
  readonly metadata: string | null;
  readonly origin: string | null;
  readonly destination: string | null;
  /** The hook itself sent the message to a queue or topic (not through the event bus). */
  readonly direct: boolean;
}

interface Common {
  /** Equal for duplicates of one message, else different. Not part of any key. */
  readonly id: string;
  readonly subject: Subject;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  /** The event's own time. If it cannot be parsed, it is derived from `Origin` and `timeKnown` is false. */
  readonly at: Ms;
  readonly timeKnown: boolean;
  readonly receivedAt: Ms;
  readonly source: Source;
  readonly action: Action | null;
  /** When the capacity goes away, if the signal names the time. */
  readonly deadline: Ms | null;
}

export interface Details {
  "spot-interruption": object;
  rebalance: object;
  "lifecycle-terminating": { readonly lifecycle: LifecycleAction };
  "lifecycle-launching": { readonly lifecycle: LifecycleAction };
  "state-change": { readonly state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated" };
  /** `startsAt` and `eventArn` are null if they are missing or cannot be parsed; the signal is valid all the same. */
  "scheduled-change": {
    readonly eventArn: string | null;
    readonly code: string;
    readonly startsAt: Ms | null;
    readonly endsAt: Ms | null;
    /** AWS cancelled the event, or reports it as completed. */
    readonly over: boolean;
  };
  "capacity-reservation-interruption": object;
  /** EC2 begins to terminate the instances at `startsAt`; all are terminated by `endsAt`. */
  "capacity-block-expiration": { readonly reservationId: string; readonly startsAt: Ms; readonly endsAt: Ms };
  "fargate-spot-stop": {
    readonly clusterArn: string;
    readonly service: string | null;
    readonly privateAddresses: readonly string[];
    readonly stoppedReason: string | null;
    readonly lastStatus: string | null;
  };
  "container-instance-change": {
    readonly clusterArn: string;
    readonly containerInstanceArn: string;
    readonly status: string;
    readonly agentConnected: boolean | null;
    readonly runningTasks: number | null;
    readonly pendingTasks: number | null;
  };
  "launch-result": { readonly group: string; readonly ok: boolean; readonly cause: string | null };
  /** `termination_notified`: the fleet's target capacity was lowered, and the fleet will terminate this instance. */
  "fleet-change": { readonly fleet: Fleet; readonly change: "launched" | "terminated" | "termination_notified" };
  /**
   * The agent saw that a notice disappeared from the instance metadata. `resumed`: the application has resumed its
   * work.
   */
  "notice-withdrawn": { readonly resumed: boolean };
  /**
   * `retained`: a terminating hook was abandoned, and the group keeps the instance running until it is terminated by
   * hand.
   */
  "termination-result": {
    readonly group: string;
    readonly ok: boolean;
    readonly cause: string | null;
    readonly retained?: true;
  };
  /** `because`: reason of the drain, as the agent names it (`termination`); `outcome`: how the drain ended. */
  "agent-state": {
    readonly agent: string;
    readonly sequence: number;
    readonly state: AgentState;
    readonly because: string | null;
    readonly outcome: string | null;
  };
}

/** A fleet: it keeps instances running outside Auto Scaling. */
export interface Fleet {
  readonly type: "ec2-fleet" | "spot-fleet";
  readonly id: string;
}

/**
 * A message of a service or fleet about why its replacements do not launch. It is about no single instance, so it is
 * not a signal.
 */
export interface Evidence {
  readonly about: Fleet | { readonly type: "service"; readonly clusterArn: string; readonly name: string };
  /** The reason in words; null means the problem is over. */
  readonly said: string | null;
  readonly at: Ms;
}

export type SignalKind = keyof Details;

/** One message from AWS about one instance or task, parsed and validated. */
export type Signal = SignalOf<SignalKind>;
export type SignalOf<K extends SignalKind> = { [P in K]: Common & { readonly kind: P } & Details[P] }[K];

/** A signal about all instances in a reservation; only EC2 can list these instances. */
export type Reserved = Omit<SignalOf<"capacity-block-expiration">, "subject">;

/** Reason why a valid message has no effect. Counted as a metric, never thrown. */
export type Ignored =
  | "test-notification"
  | "unknown-event"
  | "not-lifecycle"
  | "not-actionable"
  | "not-ec2"
  | "not-scheduled-change"
  | "not-spot-stop"
  /** ECS drains tasks on its Managed Instances itself, and the instance gets its own warning. */
  | "managed-instance"
  /** About no single instance; kept as evidence for the incidents of the same service or fleet. */
  | "evidence"
  /** The message names hosts, volumes, an account or nothing, but no instance. */
  | "no-instance";

/** The result of parsing one message: signals, or the reason why there are none. */
export type Parsed =
  | {
      readonly is: "signals";
      readonly signals: readonly Signal[];
      readonly errors: readonly string[];
      readonly reserved?: readonly Reserved[];
    }
  | {
      readonly is: "ignored";
      readonly reason: Ignored;
      readonly detailType: string | null;
      readonly evidence?: Evidence;
    }
  | { readonly is: "rejected"; readonly reason: string; readonly message: string };
