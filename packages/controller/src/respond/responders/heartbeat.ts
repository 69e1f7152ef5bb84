import { numberOrNull, placeOf, shown } from "../place.ts";
import type { Responder } from "../responder.ts";
import { hookOf } from "./complete-lifecycle.ts";

/** The shortest that a hook can have: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const SHORTEST_TIMEOUT = 30_000;
/**
 * Keeps a terminating hook from timing out while work remains; its step ends with the steps that it names in `until`, at
 * the end of its budget, or when AWS answers that the lifecycle action is over, as it does after the global timeout.
 * Beats at half the hook's timeout. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
 */
export const heartbeat: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "keep the lifecycle hook waiting",
  isTold: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `heartbeat for ${shown(step, "hook")}`,
  async run(step, ctx) {
    const interval = Math.max(1_000, (numberOrNull(step, "heartbeatTimeout") ?? SHORTEST_TIMEOUT) / 2);
    // The hook's clock started with its message, which may be late: the first beat is due half its timeout after that.
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
