import type { HookAnswer } from "../../aws/calls/auto-scaling.ts";
import type { Step } from "../../model/step.ts";
import { shown, text, textOrNull } from "../step-input.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

export const hookOf = (step: Step): HookAnswer => ({
  group: text(step, "group"),
  hook: text(step, "hook"),
  instanceId: text(step, "instanceId"),
  token: textOrNull(step, "token"),
});

/**
 * Completes a lifecycle action, always with CONTINUE, until AWS accepts it or answers that there is nothing to
 * complete.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
 */
export const completeLifecycle: Responder = safeWrite(
  {
    title: (step) => `complete the lifecycle action of ${shown(step, "hook")}`,
    phrase: "complete the lifecycle action",
    isShown: true,
    empties: null,
    undoneBy: null,
    byHand: true,
    // Completing ends the instance at once, so it waits for the ledger; else the hook's timeout decides.
    withoutLedger: false,
  },
  (step, { aws }, at, ask) => aws.autoScaling.completeLifecycle(at, hookOf(step), ask),
);
