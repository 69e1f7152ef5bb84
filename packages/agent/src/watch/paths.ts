import type { Ms } from "../clock.ts";
import type { Action, Found } from "../notice.ts";

export interface Seen extends Found {
  /** Equal for looks at the same notice. Times are not part of it: they may slide from look to look (EVENTS.md, trap 3). */
  readonly key?: string;
}

/** Null: there is nothing. Throws where the body makes no sense, which says nothing, not even that there is nothing. */
export type Read = (body: string) => Seen | null;

/** Each is watched on its own, so that a bad answer hides no other. */
export type Paths = { readonly [path: string]: Read };

/** What the bodies have of what is read. Nothing is sure of it: whatever else a body is, reading it throws. */
interface Fields {
  readonly action?: unknown;
  readonly time?: unknown;
  readonly noticeTime?: unknown;
  readonly EventId?: unknown;
  readonly Code?: unknown;
  readonly State?: unknown;
  readonly Description?: unknown;
  readonly NotBefore?: unknown;
  readonly DesiredStatus?: unknown;
}

/**
 * The Spot interruption notice. Its `time` is the deadline
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html). An action that is not known
 * is treated as the one that leaves least.
 */
export const interruption: Read = (body) => {
  const { action, time } = JSON.parse(body) as Fields;
  const told = text(action);
  const known: Action = told === "stop" || told === "hibernate" ? told : "terminate";
  return { kind: "interruption", key: known, action: known, deadline: timeOf(time) };
};

/**
 * The rebalance recommendation. Its `noticeTime` has passed and is no deadline
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html).
 */
export const rebalance: Read = (body) => {
  text((JSON.parse(body) as Fields).noticeTime);
  return { kind: "rebalance" };
};

/** Scheduled events, in a list (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html). */
export const scheduled: Read = (body) => {
  // Those that are over are listed for a while.
  const active = (JSON.parse(body) as Fields[]).filter(
    ({ State, Description }) => !/^\s*\[?(completed|cancell?ed)/im.test(`${String(State)}\n${String(Description)}`),
  );
  const all = (field: keyof Fields): string[] => active.map((event) => text(event[field])).toSorted();
  return active.length > 0
    ? {
        kind: "scheduled-event",
        key: all("EventId").join(),
        deadline: Math.min(...all("NotBefore").map(timeOf)),
        detail: all("Code").join(", "),
      }
    : null;
};

/**
 * The state that the Auto Scaling group wants the instance in
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
 */
export const lifecycle: Read = (body) => {
  const detail = text(/^[\w:]+$/.exec(body.trim())?.[0]);
  return /^(Warmed:)?Terminated$/.test(detail) ? { kind: "termination", action: "terminate", detail } : null;
};

/** Below `/latest/meta-data/`. */
export const instancePaths: Paths = {
  "spot/instance-action": interruption,
  "events/recommendations/rebalance": rebalance,
  "events/maintenance/scheduled": scheduled,
  "autoscaling/target-lifecycle-state": lifecycle,
};

/** The state that ECS wants the task in, below the task's own endpoint. */
export const taskPaths: Paths = {
  task: (body) =>
    text((JSON.parse(body) as Fields).DesiredStatus) === "STOPPED"
      ? { kind: "task-stop", detail: "ECS stops the task" }
      : null,
};

/** RFC 3339 in notices, RFC 1123 without the weekday in scheduled events: `Date.parse` reads both. */
const timeOf = (time: unknown): Ms => Date.parse(String(time)) || Infinity;

const text = (value: unknown): string => {
  if (typeof value === "string") return value;
  throw new TypeError("not a text");
};
