import type { Ms } from "../clock.ts";
import type { Action, NoticeFields } from "../notice.ts";

/** The value of a path that announces no end. */
export type NoNotice = null | false | "";

/** Parses a body. Throws if it makes no sense: that must not count as "nothing". */
export type Read = (body: string) => NoticeFields | NoNotice;

/** The parser of each path. Each path is polled on its own, so that a bad answer of one hides no other. */
type Paths = { readonly [path: string]: Read };

/**
 * The fields that are read, as AWS documents them. In another body they may be missing or not be strings; then `trim`
 * and `match`, which only strings have, throw.
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

/** Parses RFC 3339 (notices) and RFC 1123 without the weekday (scheduled events). */
const timeOf = (time: string): Ms => Date.parse(time) || Infinity;

/** The paths below `/latest/meta-data/`. */
export const instancePaths = {
  /**
   * The Spot interruption notice. Its `time` is the deadline
   * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html). An unknown action is
   * treated as `terminate`.
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

  /**
   * Scheduled events, in a list (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html).
   */
  "events/maintenance/scheduled": (body) => {
    // Finished events are listed for a while; their state or the start of their description says so.
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
   * The target lifecycle state that the Auto Scaling group has set for the instance
   * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
   */
  "autoscaling/target-lifecycle-state": (body) =>
    // Anything else, for example HTML, does not match, and reading the match throws.
    (/^\s*[\w:]*?(\w+)\s*$/.exec(body) as RegExpExecArray)[1] === "Terminated" && {
      kind: "termination",
      action: "terminate",
    },
} satisfies Paths;

/** The desired status that ECS has set for the task, from the task metadata endpoint. */
export const task: Read = (body) => fieldsOf(body).DesiredStatus.trim() === "STOPPED" && { kind: "task-stop" };
