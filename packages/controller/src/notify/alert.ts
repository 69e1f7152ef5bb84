import type { Ms } from "../clock.ts";
import type { Threat } from "../decide/threat.ts";
import type { ServiceImpact, Missing } from "../enrich/facts.ts";
import type { Key } from "../model/key.ts";
import type { Outcome } from "../model/incident.ts";
import type { Owed } from "../model/alert.ts";
import type { Plain } from "../model/plain.ts";
import type { Action, SignalKind } from "../model/signal.ts";

/** The group of an alert: a cluster, else an Auto Scaling group, else an account and region. */
export interface AlertGroup {
  readonly account: string | null;
  readonly region: string | null;
  /** ARN or name. */
  readonly cluster: string | null;
  readonly group: string | null;
}

/** One instance or task in an alert. */
export interface AlertMember {
  readonly incident: Key;
  readonly subject: string;
  readonly kinds: readonly SignalKind[];
  /** What threatens it, by its newest signals; `cancelled`: the interruption was called off. */
  readonly threat: Threat | "cancelled";
  readonly action: Action | null;
  readonly name: string | null;
  readonly type: string | null;
  readonly availabilityZone: string | null;
  readonly group: string | null;
  readonly cluster: string | null;
  readonly deadline: Ms | null;
  readonly mode: "act" | "dry-run" | "observe";
  /** Actions in progress, done, and failed with the reason. */
  readonly doing: readonly string[];
  readonly missing: readonly Missing[];
  readonly standaloneTasks: number;
  readonly daemonTasks: number;
  readonly outcome: Outcome | null;
  /** Seconds left until the deadline when it was drained; negative if late. */
  readonly marginSeconds: number | null;
  readonly replacedAfterSeconds: number | null;
  /** URL of its timeline; null without `show.url`. */
  readonly link: string | null;
}

/** The content of an alert, which every channel renders. */
export interface AlertModel {
  /** Names this message: equal in all its attempts, and no other message has it. */
  readonly id: string;
  /** It is worse than the channel's last message said: people are to be notified, and not only shown a changed message. */
  readonly raised: boolean;
  readonly key: Key;
  readonly generation: number;
  /** Names the alert in services that keep records, and its thread: 32 hexadecimal digits. */
  readonly recordId: string;
  readonly phase: "receipt" | "update" | "outcome";
  /** It is over, and people are asked for nothing: services that keep a record of it close the record. */
  readonly closes: boolean;
  /** "3 of m5.large in eu-west-1b are reclaimed, 94 s left" */
  readonly headline: string;
  /** "checkout keeps 1 of 4 tasks, below its minimum of 2" */
  readonly stakes: readonly string[];
  readonly doing: readonly string[];
  /** What a person should do; empty when nothing. */
  readonly ask: readonly string[];
  /** Facts that could not be read, with the reason: "targets of 3: access denied". */
  readonly missing: readonly string[];
  readonly severity: "info" | "warning" | "critical";
  readonly group: AlertGroup;
  readonly members: readonly AlertMember[];
  readonly impact: readonly ServiceImpact[];
  readonly openedAt: Ms;
  /** When the content was made: countdowns start from it. */
  readonly madeAt: Ms;
  readonly earliestDeadline: Ms | null;
  readonly storm: boolean;
  /** URL of its only incident, or of the list of incidents; null without `show.url`. */
  readonly link: string | null;
}

/**
 * Which changes cause an update between receipt and outcome. `full`: any change; for machines and messages that are
 * edited in place. `material`: members and what threatens them, what is left of services below their minimum, or requests to people; for channels where each
 * update is another message.
 */
export type Detail = "material" | "full";

/** A channel to people. Each driver file has the same shape: name, options schema, factory. */
export interface Channel {
  readonly updates: Detail;
  /** Documented rate limit of the service; null means none documented. */
  readonly pace: Pace | null;
  /**
   * Sends or updates a message. `previous` is the receipt of the last send of the same alert (null means none yet). Stops
   * when `signal` is aborted. `owed`: the message was sent, and now goes only to those recipients that have not got it. Strings of the model are already sanitized (clean.ts); escaping for a format is the
   * channel's task.
   */
  send(model: AlertModel, previous: Plain, signal: AbortSignal, owed?: Plain): Promise<SendResult>;
}

/** Rate limit: one send per `every` milliseconds, with bursts of up to `burst`. */
export interface Pace {
  readonly every: Ms;
  readonly burst: number;
}

/** Who of a channel's recipients has not got a message (Missed), after one attempt. */
export interface MissedNow {
  readonly final: string | null;
  readonly owed: Pick<Owed, "to" | "reason"> | null;
}

export type SendResult =
  /** `missed`: recipients of the channel that have not got it; absent if all have. */
  | { readonly is: "sent"; readonly receipt: Plain; readonly missed?: MissedNow }
  /**
   * `after`: milliseconds to wait, if the service named a time; else null. `mostTries`: at most so many attempts, if it
   * will hardly get better by itself; otherwise only time limits them.
   */
  | { readonly is: "retry"; readonly reason: string; readonly after: Ms | null; readonly mostTries?: number }
  /**
   * Not retried: the request is invalid, or the target does not exist; or `credentials`, which may have been rotated.
   */
  | { readonly is: "refused"; readonly reason: string; readonly because: "credentials" | "request" };
