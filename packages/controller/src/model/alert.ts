import type { Ms } from "../clock.ts";
import type { Params, Plain } from "./plain.ts";

/** Why people are not told, though they would be: a metric label (`alerts_suppressed_total{reason}`). */
export type WithheldCode =
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
