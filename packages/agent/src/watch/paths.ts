import type { Ms } from "../clock.ts";
import type { Action, Found } from "../notice.ts";

/** Nobody says that anything is to end. */
export type Nothing = null | false | "";

/** Reads a body. Throws where the body makes no sense, which says nothing, not even that there is nothing. */
export type Read = (body: string) => Found | Nothing;

/** Each is watched on its own, so that a bad answer hides no other. */
type Paths = { readonly [path: string]: Read };

/**
 * What is read of the bodies, as AWS documents it. Another body may have none of it, or other than texts: `trim` and
 * `match`, which only texts have, throw then.
 */
interface Fields {
  readonly action: string;
  readonly time: string;
  readonly noticeTime: string;
  readonly EventId: string;
  readonly Code: string;
  readonly NotBefore: string;
  readonly State: string;
  readonly Description: string;
  readonly DesiredStatus: string;
}
const fieldsOf = <T = Fields>(body: string): T => JSON.parse(body) as T;

/** RFC 3339 in notices, RFC 1123 without the weekday in scheduled events: `Date.parse` reads both. */
const timeOf = (time: string): Ms => Date.parse(time) || Infinity;

/** Below `/latest/meta-data/`. */
export const instancePaths = {
  /**
   * The Spot interruption notice. Its `time` is the deadline
   * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html). An action that is not
   * known is treated as the one that leaves least.
   */
  "spot/instance-action": (body) => {
    const { action, time } = fieldsOf(body);
    const known = action.match(/^(stop|hibernate)$/) ? (action as Action) : "terminate";
    return { kind: "interruption", action: known, deadline: timeOf(time) };
  },

  /**
   * The rebalance recommendation. Its `noticeTime` has passed and is no deadline
   * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html).
   */
  "events/recommendations/rebalance": (body) => {
    fieldsOf(body).noticeTime.trim();
    return { kind: "rebalance" };
  },

  /** Scheduled events, in a list (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html). */
  "events/maintenance/scheduled": (body) => {
    // Those that are over are listed for a while: their state says so, or their description begins with it.
    const active = fieldsOf<Fields[]>(body).filter(
      ({ State, Description }) => !/^\s*\[?(completed|cancell?ed)/im.test(`${State}\n${Description}`),
    );
    const detail = active
      .map((event) => `${event.Code} ${event.EventId.trim()}`)
      .sort()
      .join();
    return (
      detail && {
        kind: "scheduled-event",
        deadline: Math.min(...active.map((event) => timeOf(event.NotBefore))),
        detail,
      }
    );
  },

  /**
   * The state that the Auto Scaling group wants the instance in
   * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
   */
  "autoscaling/target-lifecycle-state": (body) =>
    // Of whatever else, HTML for one, there is no match, and reading it throws.
    (/^\s*[\w:]*?(\w+)\s*$/.exec(body) as RegExpExecArray)[1] === "Terminated" && {
      kind: "termination",
      action: "terminate",
    },
} satisfies Paths;

/** The state that ECS wants the task in, below the task's own endpoint. */
export const task: Read = (body) => fieldsOf(body).DesiredStatus.trim() === "STOPPED" && { kind: "task-stop" };
