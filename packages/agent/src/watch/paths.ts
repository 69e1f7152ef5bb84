import type { Action } from "../notice.ts";
import type { Present, Sighting } from "./sighting.ts";

/** One thing that is watched, on its own, so that a bad answer hides no other. */
export interface Watched {
  readonly path: string;
  readonly read: (body: string) => Sighting;
}

const ABSENT: Sighting = { is: "absent" };
const UNREADABLE: Sighting = { is: "unreadable" };

/**
 * The Spot interruption notice. Its `time` is the deadline
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
 */
export const interruption: Watched = {
  path: "/latest/meta-data/spot/instance-action",
  read(body) {
    const found = objectOf(json(body));
    if (found === null) return UNREADABLE;
    const action = actionOf(found["action"]);
    return present({ kind: "interruption", key: action, action, deadline: timeOf(found["time"]) });
  },
};

/**
 * The rebalance recommendation. Its `noticeTime` has passed and is no deadline
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html).
 */
export const rebalance: Watched = {
  path: "/latest/meta-data/events/recommendations/rebalance",
  read: (body) => (objectOf(json(body)) === null ? UNREADABLE : present({ kind: "rebalance", key: "rebalance" })),
};

/** Scheduled events, in a list (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html). */
export const scheduled: Watched = {
  path: "/latest/meta-data/events/maintenance/scheduled",
  read(body) {
    const events = json(body);
    if (!Array.isArray(events)) return UNREADABLE;
    const active = events.map(objectOf).filter((event) => event !== null && isActive(event));
    if (active.length === 0) return ABSENT;
    const times = active.map((event) => timeOf(event?.["NotBefore"])).filter((time) => time !== null);
    return present({
      kind: "scheduled-event",
      key: active
        .map((event) => textOf(event?.["EventId"]))
        .toSorted()
        .join(),
      deadline: times.length === 0 ? null : Math.min(...times),
      detail: active.map((event) => textOf(event?.["Code"])).join(", "),
    });
  },
};

/**
 * The state that the Auto Scaling group wants the instance in
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
 */
export const lifecycle: Watched = {
  path: "/latest/meta-data/autoscaling/target-lifecycle-state",
  read(body) {
    const state = body.trim();
    if (!/^[A-Za-z:]{1,40}$/.test(state)) return UNREADABLE;
    const ends = state === "Terminated" || state === "Warmed:Terminated";
    return ends ? present({ kind: "termination", key: state, action: "terminate", detail: state }) : ABSENT;
  },
};

export const watchedPaths: readonly Watched[] = [interruption, rebalance, scheduled, lifecycle];

const present = (found: Pick<Present, "kind" | "key"> & Partial<Present>): Present => ({
  is: "present",
  action: null,
  deadline: null,
  detail: null,
  ...found,
});

/** An action that is not known is treated as the one that leaves least. */
const actionOf = (value: unknown): Action => (value === "stop" || value === "hibernate" ? value : "terminate");

/** AWS lists events that are over for a while (`State`: `active`, `completed`, `canceled`). */
function isActive(event: { readonly [key: string]: unknown }): boolean {
  return (
    !/^\s*(completed|canceled|cancelled)/i.test(textOf(event["State"])) &&
    !/^\[(Completed|Canceled)\]/.test(textOf(event["Description"]))
  );
}

/** RFC 3339 in notices, RFC 1123 without the weekday in scheduled events: `Date.parse` reads both. */
function timeOf(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

const objectOf = (value: unknown): { readonly [key: string]: unknown } | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { [key: string]: unknown }) : null;

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, 200) : "");
