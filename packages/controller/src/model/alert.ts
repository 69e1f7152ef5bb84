import type { Ms } from "../clock.ts";
import type { Params, Plain } from "./plain.ts";

/** Reason why an alert is suppressed: a metric label (`alerts_suppressed_total{reason}`). */
export type SuppressionReason =
  | "silenced"
  | "maintenance"
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
}
