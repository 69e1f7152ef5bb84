import { numberOrNull, placeOf, shown } from "../step-input.ts";
import type { Responder } from "../responder.ts";
import { hookOf } from "./complete-lifecycle.ts";

/** Shortest timeout of a hook: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const SHORTEST_TIMEOUT = 30_000;
/**
 * Sends heartbeats at half the hook's timeout, so that a terminating hook does not time out while work remains. The
 * step ends with the steps in `until`, at its time limit, or when AWS answers that the lifecycle action is over (e.g.
 * after the global timeout).
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
 */
export const heartbeat: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "keep the lifecycle hook waiting",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: (step) => `heartbeat for ${shown(step, "hook")}`,
  async run(step, ctx) {
    const interval = Math.max(1_000, (numberOrNull(step, "heartbeatTimeout") ?? SHORTEST_TIMEOUT) / 2);
    // The hook's timeout started with its message, which may be late: the first heartbeat is due half the timeout after
    // that.
    const first = (numberOrNull(step, "since") ?? ctx.now) + interval;
    if (step.attempts === 0 && first > ctx.now)
      return { is: "wait", until: first, reason: `first beat in ${(first - ctx.now) / 1000} s` };
    const receipt = await ctx.aws.autoScaling.heartbeat(placeOf(ctx.doc), hookOf(step), {
      purpose: "act",
      deadline: ctx.deadline,
    });
    if (receipt.already) return { is: "done", receipt: null, note: "the lifecycle action is over" };
    return { is: "wait", until: ctx.now + interval, reason: "work remains" };
  },
};
