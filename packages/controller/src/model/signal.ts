import type { Ms } from "../clock.ts";
import type { AgentState } from "./agents.ts";

/** What will happen to an instance. */
export type Action = "terminate" | "stop" | "hibernate";

/** Whose end is near: an EC2 instance, or a Fargate task. */
export type Subject =
  | { readonly type: "instance"; readonly id: string }
  | { readonly type: "task"; readonly id: string };

/** How a message came in. */
export type Source = "sqs" | "http" | "lambda" | "file" | "stdin" | "agent" | "sweep";

/** What the transport knows about a message that the message itself may not say. */
export interface Origin {
  readonly source: Source;
  /** Account and region of the queue, for messages without an envelope (docs/aws-facts.md, 17). */
  readonly account: string | null;
  readonly region: string | null;
  /** When the queue took the message, for a `time` that cannot be read. */
  readonly sentAt: Ms | null;
  readonly receivedAt: Ms;
}

/** A pending lifecycle action of an Auto Scaling group's hook. */
export interface LifecycleAction {
  readonly group: string;
  readonly hook: string;
  /** Absent in some forwarded messages; AWS then wants the instance id in its place. */
  readonly token: string | null;
  readonly transition: "terminating" | "launching";
  readonly metadata: string | null;
  readonly origin: string | null;
  readonly destination: string | null;
  /** The message came through a queue or topic that the hook itself notifies (not the event bus). */
  readonly direct: boolean;
}

interface Common {
  /** Equal for duplicates of one message, different for different ones. Not part of any key. */
  readonly id: string;
  readonly subject: Subject;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  /** The event's own time. When it could not be read it is derived from `Origin` and `timeKnown` is false. */
  readonly at: Ms;
  readonly timeKnown: boolean;
  readonly receivedAt: Ms;
  readonly source: Source;
  readonly action: Action | null;
  /** The instant the capacity goes away, where the signal tells it. */
  readonly deadline: Ms | null;
}

export interface Details {
  "spot-interruption": object;
  rebalance: object;
  "lifecycle-terminating": { readonly lifecycle: LifecycleAction };
  "lifecycle-launching": { readonly lifecycle: LifecycleAction };
  "state-change": { readonly state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated" };
  /** `startsAt` and `eventArn` are null where the event has none that can be read: the instance is named all the same. */
  "scheduled-change": {
    readonly eventArn: string | null;
    readonly code: string;
    readonly startsAt: Ms | null;
    readonly endsAt: Ms | null;
    /** AWS calls the event off, or says that it is done: nothing is to come of it any more. */
    readonly over: boolean;
  };
  "capacity-reservation-interruption": object;
  /** Its instances begin to go at `startsAt`, and are gone by `endsAt`. */
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
  /** `termination_notified`: the fleet's target was lowered, and this one goes. */
  "fleet-change": { readonly fleet: Fleet; readonly change: "launched" | "terminated" | "termination_notified" };
  /** An agent saw a notice go from the metadata of its instance. `resumed`: its application has taken its work up again. */
  "notice-withdrawn": { readonly resumed: boolean };
  /** `retained`: a terminating hook was abandoned, and the group keeps the instance running until somebody ends it. */
  "termination-result": {
    readonly group: string;
    readonly ok: boolean;
    readonly cause: string | null;
    readonly retained?: true;
  };
  /** `because`: what it drains for, in the agent's words (`termination`); `outcome`: how its drain ended. */
  "agent-state": {
    readonly agent: string;
    readonly sequence: number;
    readonly state: AgentState;
    readonly because: string | null;
    readonly outcome: string | null;
  };
}

/** What keeps instances running outside Auto Scaling. */
export interface Fleet {
  readonly type: "ec2-fleet" | "spot-fleet";
  readonly id: string;
}

/** Why replacements do not come, as a service or a fleet says it: about no single instance, so that it is no signal. */
export interface Evidence {
  readonly about: Fleet | { readonly type: "service"; readonly clusterArn: string; readonly name: string };
  /** Null: what was wrong is over. */
  readonly said: string | null;
  readonly at: Ms;
}

export type SignalKind = keyof Details;

/** One message from AWS about one instance or task, parsed and validated. */
export type Signal = SignalOf<SignalKind>;
export type SignalOf<K extends SignalKind> = { [P in K]: Common & { readonly kind: P } & Details[P] }[K];

/** A signal about all instances that run in a reservation, which only EC2 can name. */
export type Reserved = Omit<SignalOf<"capacity-block-expiration">, "subject">;

/** Why a well-formed message leads to nothing. Counted, never an exception. */
export type Ignored =
  | "test-notification"
  | "unknown-event"
  | "not-lifecycle"
  | "not-actionable"
  | "not-ec2"
  | "not-scheduled-change"
  | "not-spot-stop"
  /** ECS drains what runs on its Managed Instances itself, and their instance has a warning of its own. */
  | "managed-instance"
  /** About no single instance; kept for the incidents that it bears on. */
  | "evidence"
  /** It names hosts, volumes, an account or nobody: no instance. */
  | "no-instance";

/** What one message means: any number of signals, or the reason why it has none. */
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
