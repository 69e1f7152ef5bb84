import type { Step } from "../../model/step.ts";
import { isCutShort } from "../../notify/message/phrases.ts";
import type { FindResponder } from "../responder.ts";

/** Whether the step must be settled before its instance has drained. */
export const empties = ({ responder }: Pick<Step, "responder">, find: FindResponder): boolean =>
  (find(responder)?.empties ?? null) !== null;

/** Whether there was anything to drain that the policy allows to drain. */
export const wasEmptied = (steps: readonly Pick<Step, "responder" | "state">[], find: FindResponder): boolean =>
  steps.some(({ state, responder }) => {
    const how = find(responder)?.empties;
    return state !== "skipped" && (how === "takes off" || how === "asks" || how === "waits");
  });

/** Whether a wait was abandoned: the work it waited for was still running, and may have been cut off. */
export const wasCutShort = (steps: readonly Step[], find: FindResponder): boolean =>
  steps.some((step) => isCutShort(step, find));

/**
 * Whether something could not be deregistered, so that it got requests until the end. Work that still runs is detected
 * by the waiting steps.
 */
export const wasLeftOn = (steps: readonly Step[], find: FindResponder): boolean =>
  steps.some(({ state, responder }) => state === "abandoned" && find(responder)?.empties === "takes off");
