import type { HookAnswer } from "../../aws/calls/auto-scaling.ts";
import type { Step } from "../../model/step.ts";
import { shown, text, textOrNull } from "../place.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

export const hookOf = (step: Step): HookAnswer => ({
  group: text(step, "group"),
  hook: text(step, "hook"),
  instanceId: text(step, "instanceId"),
  token: textOrNull(step, "token"),
});

/**
 * Always CONTINUE, and tried until AWS accepts it or says that there is nothing to complete.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
 */
export const completeLifecycle: Responder = safeWrite(
  {
    title: (step) => `complete the lifecycle action of ${shown(step, "hook")}`,
    phrase: "complete the lifecycle action",
    isTold: true,
    empties: null,
    undoneBy: null,
    byHand: true,
    // AWS's answer would end the instance at once: it waits for the ledger, or its own time-out.
    withoutLedger: false,
  },
  (step, { aws }, at, ask) => aws.autoScaling.completeLifecycle(at, hookOf(step), ask),
);
