import type { Clock, Ms } from "./clock.ts";

/** What will happen to the capacity. */
export type Action = "terminate" | "stop" | "hibernate";

/**
 * - `interruption`: AWS takes a Spot instance back, two minutes from the warning
 * - `rebalance`: it may do so soon; nothing is certain
 * - `scheduled-event`: maintenance or retirement at a time that is told
 * - `termination`: the Auto Scaling group ends the instance
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

/** Something that says that this process, its task or its instance is to end. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly action: Action | null;
  /** The instant the capacity goes away, in ISO 8601 as it was told; null where nobody tells one. */
  readonly deadline: string | null;
  /** When it was noticed here, in ISO 8601 by this machine's clock. */
  readonly noticedAt: string;
  /** More about it: the signal's name, code and id of a scheduled event, who asked. */
  readonly detail: string | null;
}

/** A notice with its deadline on the monotonic clock: infinitely far where none is known. */
export interface Heard {
  readonly notice: Notice;
  readonly deadline: Ms;
}

/** What a notice is made of. */
export interface Found {
  readonly kind: NoticeKind;
  readonly action?: Action | null;
  /** Epoch milliseconds at which the capacity goes away, as it was told; else it is reckoned by this machine's clock. */
  readonly deadline?: Ms;
  readonly detail?: string | null;
}

/** @param left milliseconds until the capacity goes away; infinitely many where nobody knows */
export const hear = (found: Found, clock: Pick<Clock, "now" | "wall">, left: Ms = Infinity): Heard => ({
  notice: {
    action: null,
    detail: null,
    ...found,
    deadline: iso(found.deadline ?? clock.wall() + left),
    noticedAt: iso(clock.wall()),
  },
  deadline: clock.now() + left,
});

/** Epoch milliseconds in ISO 8601. Of what is no instant `toJSON` makes null, whatever its type says: `hear` counts on it. */
export const iso = (at?: Ms): string => new Date(at as Ms).toJSON();
