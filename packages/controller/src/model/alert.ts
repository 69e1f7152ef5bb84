import type { Ms } from "../clock.ts";
import type { Params, Plain } from "./plain.ts";

/** Reason why an alert is suppressed: a metric label (`alerts_suppressed_total{reason}`). */
export type SuppressionReason =
  | "silenced"
  | "maintenance"
  | "inactive-route"
  | "inhibited"
  | "not-critical"
  | "capacity-left"
  | "daemons-only"
  | "nothing-affected";

export interface Send {
  readonly state: "due" | "intended" | "sent" | "gave-up";
  readonly hash: string;
  readonly receipt: Plain;
  readonly attempts: number;
  readonly retryAt: Ms | null;
  /**
   * When the alert was sent; for a send that failed so far, the time of its first attempt. Null for a send that an
   * earlier version began.
   */
  readonly since: Ms | null;
  readonly reason: string | null;
  /** Number of messages that were sent; absent means none was counted (by an earlier version). */
  readonly sentCount?: number;
  /**
   * The worst that sent messages reported, without what was over for a while (notify/outbox/level.ts). Absent means none
   * was sent, or by an earlier version.
   */
  readonly level?: AlertLevel;
  /** What is better since than `level`; absent means nothing. */
  readonly eased?: Eased;
  /** Recipients of the channel that have not got the sent message. Absent if all have. */
  readonly missed?: Missed;
}

/** Recipients of one channel (mail addresses) that have not got a message which the others have got. */
export interface Missed {
  /** Who will not get it, with the reason, for people: "lead@example.com (550)"; null means nobody. */
  readonly final: string | null;
  /** Who may get it later; null means nobody. */
  readonly owed: Owed | null;
}

export interface Owed {
  /** To whom the channel sends it again, in the channel's own form. */
  readonly to: Plain;
  /** The same for people, with the reason. */
  readonly reason: string;
  readonly since: Ms;
  /** Number of attempts so far. */
  readonly tries: number;
  readonly retryAt: Ms;
}

/** The worst that was reported since it got better. */
export interface Eased {
  readonly level: AlertLevel;
  readonly since: Ms;
}

/** How bad it is. If a number grows, people are notified again, and not only shown a changed message. */
export interface AlertLevel {
  /** 0: info, 1: warning, 2: critical. */
  readonly severity: number;
  readonly members: number;
  /** Members whose end is certain; the others may be interrupted. */
  readonly ending: number;
  /** Services below their minimum, and services without any task. */
  readonly low: number;
  readonly empty: number;
}

/**
 * Why an alert is suppressed for some of its incidents (notify/pipeline/). `at`: when an incident that joined later was
 * last suppressed for the same reason.
 */
export interface StoredSuppression {
  readonly code: SuppressionReason;
  readonly text: string;
  readonly channel: string | null;
  readonly at: Ms;
}

/** One alert about a group of incidents; also the outbox. Its members carry its key as a tag. */
export interface Alert {
  /** Name of the route that its members took; null means the default route. */
  readonly route: string | null;
  readonly group: Params;
  /** Counts how often the alert was opened; members are tagged `alert#…#<generation>`. */
  readonly generation: number;
  /**
   * Names this generation in services that keep records: no other has it, nor one of another ledger, whose numbers begin
   * at 1 again. Absent in an alert that an earlier version opened, whose records are named by key and generation.
   */
  readonly recordId?: string;
  readonly openedAt: Ms;
  readonly flushAt: Ms;
  readonly sends: { readonly [channel: string]: Send };
  /** Number of members when the alert was last evaluated. */
  readonly size: number;
  /**
   * Whether all content was suppressed when the alert was last evaluated; `closing`: and all its incidents are over.
   */
  readonly quiet: "no" | "yes" | "closing";
  readonly withheld: readonly StoredSuppression[];
  /** Services that were seen below their minimum while the alert was open; absent means none. */
  readonly low?: readonly LowService[];
}

/** A service with fewer running tasks than its minimum, as seen at evaluations. */
export interface LowService {
  readonly service: string;
  readonly minimum: number;
  readonly since: Ms;
  /** When it had enough tasks again; null means it was below its minimum at the last evaluation. */
  readonly until: Ms | null;
}
