import type { Clock, Ms } from "./clock.ts";

/** What AWS will do with the instance. */
export type Action = "terminate" | "stop" | "hibernate";

/**
 * - `interruption`: AWS takes a Spot instance back, two minutes after the warning
 * - `rebalance`: AWS may take it back soon; nothing is certain
 * - `scheduled-event`: maintenance or retirement at an announced time
 * - `termination`: the Auto Scaling group terminates the instance
 * - `task-stop`: ECS stops this task
 * - `signal`: SIGTERM, or another signal that asks the process to end
 * - `request`: the application, the controller or a person asked for a drain
 * - `drill`: somebody tries out what an interruption would do
 */
export type NoticeKind =
  | "interruption"
  | "rebalance"
  | "scheduled-event"
  | "termination"
  | "task-stop"
  | "signal"
  | "request"
  | "drill";

/** A sign that this process, its task or its instance will end. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly action: Action | null;
  /** When the capacity goes away, in ISO 8601 as announced; null if nobody announced a time. */
  readonly deadline: string | null;
  /** When the agent saw the notice, in ISO 8601 by this machine's clock. */
  readonly noticedAt: string;
  /** Details: the signal's name, the code and id of a scheduled event, who asked. */
  readonly detail: string | null;
}

/** A notice with its deadline on the monotonic clock (Infinity if there is none). */
export interface TimedNotice {
  readonly notice: Notice;
  readonly deadline: Ms;
}

/** The fields that a source reads, from which a notice is made. */
export interface NoticeFields {
  readonly kind: NoticeKind;
  readonly action?: Action | null;
  /**
   * Epoch milliseconds at which the capacity goes away, as announced. If absent, it is computed from `left` by this
   * machine's clock.
   */
  readonly deadline?: Ms;
  readonly detail?: string | null;
}

/**
 * Makes a notice.
 *
 * @param left milliseconds until the capacity goes away; Infinity if unknown
 */
export const toNotice = (
  found: NoticeFields,
  clock: Pick<Clock, "now" | "wall">,
  left: Ms = Infinity,
): TimedNotice => ({
  notice: {
    action: null,
    detail: null,
    ...found,
    deadline: iso(found.deadline ?? clock.wall() + left),
    noticedAt: iso(clock.wall()),
  },
  deadline: clock.now() + left,
});

/**
 * Formats epoch milliseconds as ISO 8601. Returns null for an invalid time, whatever the type says (`toJSON`);
 * `toNotice` relies on that.
 */
export const iso = (at?: Ms): string => new Date(at as Ms).toJSON();
