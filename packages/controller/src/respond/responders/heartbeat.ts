import { numberOrNull, placeOf, shown } from "../place.ts";
import type { Responder } from "../responder.ts";
import { hookOf } from "./complete-lifecycle.ts";

/** The shortest that a hook can have: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const SHORTEST_TIMEOUT = 30_000;
/** AWS takes no more of them: 100 times the timeout, or 48 hours. A draining that lasts so long is cut by its budget. */
const MOST_BEATS = 100;

/**
 * Keeps a terminating hook from timing out while work remains; its step ends with the steps that it names in `until`.
 * Beats at half the hook's timeout. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
 */
export const heartbeat: Responder = {
  repeat: "safe",
  nature: "waits",
  title: (step) => `heartbeat for ${shown(step, "hook")}`,
  async run(step, ctx) {
    const interval = Math.max(1_000, (numberOrNull(step, "heartbeatTimeout") ?? SHORTEST_TIMEOUT) / 2);
    // The hook's clock started with its message: the first beat is due half its timeout later.
    if (step.attempts === 0)
      return { is: "wait", until: ctx.now + interval, reason: `first beat in ${interval / 1000} s` };
    if (step.attempts > MOST_BEATS) return { is: "skip", reason: "AWS takes no more heartbeats" };
    const receipt = await ctx.aws.autoScaling.heartbeat(placeOf(ctx.doc), hookOf(step), {
      purpose: "act",
      deadline: ctx.deadline,
    });
    if (receipt.already) return { is: "done", receipt: null, note: "the lifecycle action is over" };
    return { is: "wait", until: ctx.now + interval, reason: "work remains" };
  },
};
