import type { Step } from "../model/step.ts";
import { isCutShort } from "../notify/message/phrases.ts";
import type { FindResponder } from "./responder.ts";

/** Whether the step must be settled before its instance has drained. */
export const empties = ({ responder }: Pick<Step, "responder">, find: FindResponder): boolean =>
  (find(responder)?.empties ?? null) !== null;

/** Whether anything was there to be taken off, and allowed to be. */
export const wasEmptied = (steps: readonly Step[], find: FindResponder): boolean =>
  steps.some(({ state, responder }) => {
    const how = find(responder)?.empties;
    return state !== "skipped" && (how === "takes off" || how === "asks" || how === "waits");
  });

/** Whether a wait was given up: what it waited for still went on, and may have been cut off. */
export const wasCutShort = (steps: readonly Step[], find: FindResponder): boolean =>
  steps.some((step) => isCutShort(step, find));

/** Whether something could not be taken off: it took requests to the end. Work that goes on is seen by whoever waits for it. */
export const wasLeftOn = (steps: readonly Step[], find: FindResponder): boolean =>
  steps.some(({ state, responder }) => state === "abandoned" && find(responder)?.empties === "takes off");
