import type { Ms } from "../clock.ts";
import type { Matcher } from "../decide/policy.ts";
import type { WithheldCode } from "../notify/pipeline.ts";
import type { AgentStates } from "../signal/agents.ts";
import type { Action, LifecycleAction, SignalKind, Source, Subject } from "../signal/signal.ts";

/** For example `incident#i-0abc#2`. Never contains a time. */
export type Key = string;

export type StepState = "waiting" | "intended" | "done" | "skipped" | "abandoned";

/** Plain JSON, as it is stored. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };
export type Params = { readonly [key: string]: Plain };

/** One effect with a time budget. `params` hold all that its responder needs, so that a restart needs no facts. */
export interface Step {
  /** Unique in its document and stable: planning again yields the same id. */
  readonly id: string;
  readonly responder: string;
  readonly params: Params;
  /**
   * Ids of steps that must be settled (done, skipped or abandoned) before; one that ends in `*` stands for all whose ids
   * begin so. Unknown ids count as settled.
   */
  readonly after: readonly string[];
  /** Not run before this instant. */
  readonly notBefore: Ms | null;
  /** Given up at this instant, with a reason, and the plan goes on. */
  readonly abandonAt: Ms;
  readonly attempts: number;
  readonly state: StepState;
  readonly retryAt: Ms | null;
  readonly startedAt: Ms | null;
  readonly settledAt: Ms | null;
  readonly reason: string | null;
  readonly receipt: Plain;
}

export interface SignalRef {
  readonly id: string;
  readonly kind: SignalKind;
  readonly at: Ms;
  readonly receivedAt: Ms;
  readonly source: Source;
}

/** How an incident ended. */
export type Outcome =
  | "drained"
  /** Nothing was there to be taken off, or nothing that the policy allows. */
  | "nothing-drained"
  | "deadline-passed"
  | "cancelled"
  | "missed-notice"
  | "plain-end"
  | "unclassified"
  | "launched"
  /** All that was told is of an earlier life of the instance. */
  | "outdated"
  | "returned-to-warm-pool"
  /** A recommendation that was told and asked for no more. */
  | "told"
  | "handed-off"
  | "ignored-by-policy"
  | "dry-run";

/** An alert that an incident has joined, and when. */
export interface Joined {
  readonly key: Key;
  readonly generation: number;
  readonly at: Ms;
}

/** A lifecycle action with the instants at which its group began to wait, and at which we heard of it first. */
export interface PendingAction extends LifecycleAction {
  readonly since: Ms;
  readonly heardAt: Ms;
}

/** Everything known and done about one instance (or Fargate task) for one interruption of it. */
export interface Incident {
  readonly subject: Subject;
  readonly ordinal: number;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly action: Action | null;
  readonly openedAt: Ms;
  /** The instant the capacity goes away; null where no signal told it yet. */
  readonly deadline: Ms | null;
  /** Bounded: the newest are kept, `signalCount` counts all. */
  readonly signals: readonly SignalRef[];
  readonly signalCount: number;
  /** Lifecycle actions that await an answer. */
  readonly lifecycle: readonly PendingAction[];
  /** What the agents on the instance said of their work. */
  readonly agents: AgentStates;
  /** Details of the subject's last signals that planning needs (a Fargate task's address, a Health event's times). */
  readonly hints: Params;
  /** Event times that tell episodes apart (see correlate/). */
  readonly firstEndingAt: Ms | null;
  readonly lastWarningAt: Ms | null;
  readonly launchedAt: Ms | null;
  /** What EC2 or ECS last said of the subject by a signal: "running", "shutting-down", "terminated", … and when. */
  readonly seen: { readonly state: string; readonly at: Ms } | null;
  /** What lists filter by and people recognise: name, type, group, cluster, owner, …; from the facts, once known. */
  readonly labels: Params;
  /** Name of the policy rule that made the plan, and how it is carried out. */
  readonly rule: string | null;
  readonly mode: "act" | "dry-run" | "observe";
  /** When planning last took place, and a hash of what it was made from. */
  readonly plannedFrom: string | null;
  readonly steps: readonly Step[];
  /** Steps that undo, and must be settled before the incident can close. */
  readonly owed: readonly Step[];
  readonly firstActionAt: Ms | null;
  readonly drainedAt: Ms | null;
  readonly goneAt: Ms | null;
  readonly servesAt: Ms | null;
  readonly cancelledAt: Ms | null;
  /** The alerts it is told in, one for each route that it took; empty until it joined them. */
  readonly alerts: readonly Joined[];
  /** The ledger was away when a safe effect was made: at-least-once. */
  readonly flagged: readonly string[];
  readonly outcome: Outcome | null;
  readonly closedAt: Ms | null;
  /** Version of the body that the archive has; 0 for none. */
  readonly archivedVersion: number;
}

/** `lowering`: called off, and what was raised for it is being paid back. */
export type ReplacementState =
  | "asked"
  | "launching"
  | "serves"
  | "retiring"
  | "lowering"
  | "settled"
  | "refused"
  | "cancelled";

/** One doomed instance under replacement in its group. */
export interface Replacement {
  readonly instanceId: string;
  readonly state: ReplacementState;
  readonly by: "detach" | "raise";
  /** The step that wrote for it: `detach:3`. */
  readonly batch: string | null;
  readonly reason: string | null;
  readonly askedAt: Ms;
  readonly since: Ms;
  /** A recommendation came: where Capacity Rebalancing is on, the group replaces it by itself. */
  readonly recommended: boolean;
  /** How long each stage may take: its turn, the launch, and draining once the replacement serves. */
  readonly within: Ms;
  /** When this stage is over: retired even if its incident never says that it has drained. */
  readonly deadline: Ms;
  /** What the asker's policy allows where Spot has no capacity; null: nothing. */
  readonly onDemand: OnDemand | null;
  /** So much desired capacity was raised for it and is not paid back, in what the group counts; 0: nothing is owed. */
  readonly raised: number;
  /** How much of its group's capacity the instance is, in what the group counts; 1 until the group was looked at. */
  readonly units: number;
}

/** A temporary On-Demand fallback: for how long, and for how many instances at most. */
export interface OnDemand {
  readonly lasts: Ms;
  readonly most: number;
}

/** The On-Demand base of a group that is raised for a time. */
export interface Fallback {
  /** What it was before, and is to be again. */
  readonly from: number;
  /** What we set it to, or may have: only from such a value is it lowered again. The last one counts. */
  readonly ours: readonly number[];
  /** What it is to be set to next; null: nothing is asked for. */
  readonly wanted: number | null;
  /** When it is lowered again; null: not raised yet. */
  readonly until: Ms | null;
  readonly lasts: Ms;
  readonly because: string;
}

/** An Auto Scaling group's own record: the only author of writes to that group's capacity. */
export interface Group {
  readonly account: string | null;
  readonly region: string | null;
  readonly name: string;
  /** Desired capacity without what is raised in `replacing`: what others want. Null when we owe nothing. */
  readonly baseline: number | null;
  /** What we have asked desired capacity to be since the baseline was seen: only from such a value is it set back. */
  readonly ours: readonly number[];
  readonly cooldownUntil: Ms;
  /** At most this share of the group (one instance at least) is replaced at a time; the newest asker's policy. */
  readonly cap: number;
  readonly cooldown: Ms;
  /** Counts batches of guarded writes, so that each has steps of its own. */
  readonly round: number;
  readonly steps: readonly Step[];
  readonly replacing: { readonly [incident: Key]: Replacement };
  /** Null: nothing is owed. */
  readonly fallback: Fallback | null;
}

/** An ECS service's (or target group's) own record: which doomed target is held as its last healthy one. */
export interface Service {
  readonly heldFor: Key | null;
  readonly until: Ms | null;
}

export interface Send {
  readonly state: "due" | "intended" | "sent" | "gave-up";
  readonly hash: string;
  readonly receipt: Plain;
  readonly attempts: number;
  readonly retryAt: Ms | null;
  /** When it was sent; while it could not be, since when it is tried. Null for one that an earlier version began. */
  readonly since: Ms | null;
  readonly reason: string | null;
}

/** Why people are not told of some of an alert's incidents (notify/pipeline.ts); when incidents that joined were last told so. */
export interface Held {
  readonly code: WithheldCode;
  readonly text: string;
  readonly channel: string | null;
  readonly at: Ms;
}

/** What people are told about a group of incidents; also the outbox. Its members carry its key as a tag. */
export interface Alert {
  /** Name of the route that its members took; null for the default one. */
  readonly route: string | null;
  readonly group: Params;
  /** Moves on when a settled alert opens again; members are tagged `alert#…#<generation>`. */
  readonly generation: number;
  readonly openedAt: Ms;
  readonly flushAt: Ms;
  readonly sends: { readonly [channel: string]: Send };
  /** Its members at the last look. */
  readonly size: number;
  /** Whether all that there was to tell at the last look was withheld; `closing`: and all is over. */
  readonly quiet: "no" | "yes" | "closing";
  readonly withheld: readonly Held[];
}

/** A time for which people want to hear nothing of what matches. Ends by itself; kept a while after. */
export interface Silence {
  readonly match: Matcher;
  readonly startsAt: Ms;
  readonly endsAt: Ms;
  readonly author: string;
  readonly comment: string;
  readonly createdAt: Ms;
}

export interface Bodies {
  incident: Incident;
  group: Group;
  service: Service;
  alert: Alert;
  silence: Silence;
}
export type Kind = keyof Bodies;

/** The only durable shape. At most 8 kB as JSON; history goes to the journal. */
export type Doc<K extends Kind = Kind> = {
  [P in K]: {
    readonly kind: P;
    readonly key: Key;
    readonly schema: 1;
    /** The version that was loaded; 0 for a document that is not stored yet. A commit stores `version + 1`. */
    readonly version: number;
    /** When `advance` must look again; null: settled, leaves the due index. */
    readonly wakeAt: Ms | null;
    /** For `list`, never for exclusion: `cluster#c`, `asg#g`, `alert#…`, `subject#i-…`. */
    readonly tags: readonly string[];
    readonly body: Bodies[P];
  };
}[K];

export type EntryKind = "signal" | "planned" | "step" | "alert" | "state" | "note" | "outcome";

/** One line of the journal, the flight recorder. */
export interface Entry {
  readonly key: Key;
  readonly at: Ms;
  readonly kind: EntryKind;
  /** One plain sentence, for people. */
  readonly text: string;
  /** Step id, responder, attempt, receipt, AWS request id, reason, …: for machines. */
  readonly data: Params;
}
