import type { Ms } from "../clock.ts";
import type { PlannedStep } from "../decide/plan.ts";
import type { Incident } from "../model/incident.ts";
import type { Step } from "../model/step.ts";
import { isMayBeDone, whoseWas, type Whose } from "./before.ts";
import { earlyOf } from "./early.ts";
import type { FindResponder } from "./responder.ts";

/** How long we try to put back what was taken away. */
const PUT_BACK_WITHIN: Ms = 900_000;

/** Whether what the step does is to be put back when a notice was cancelled. */
export const isUndoable = ({ responder }: Pick<Step, "responder">, find: FindResponder): boolean =>
  (find(responder)?.undoneBy ?? null) !== null;

/**
 * What is owed when a notice was cancelled: the opposite of each step that was ours, or may have been (`unsure`). What
 * somebody else had done before us is not ours to undo; where that is some of a step's targets, `theirs` names them.
 */
export function putBack(body: Incident, find: FindResponder, now: Ms): PlannedStep[] {
  return body.steps.flatMap((step) => {
    const responder = find(step.responder)?.undoneBy ?? null;
    if (responder === null) return [];
    const { ours, theirs } = whoseOf(step, body);
    if (ours === "no") return [];
    return [
      {
        id: `undo:${step.id}`,
        responder,
        params: {
          ...step.params,
          ...(theirs.length === 0 ? {} : { theirs }),
          ...(ours === "unknown" ? { unsure: true } : {}),
        },
        after: [],
        notBefore: null,
        abandonAt: now + PUT_BACK_WITHIN,
      },
    ];
  });
}

/** Entry in `flagged` for a step that we ran while the ledger was away: its repetition finds it done, but it is ours. */
export const doneUnrecorded = (stepId: string): string => `done without the ledger: ${stepId}`;

function whoseOf(step: Step, { flagged, steps }: Incident): Whose {
  if (flagged.includes(doneUnrecorded(step.id))) return { ours: "yes", theirs: [] };
  if (step.state === "abandoned" && wasLost(step)) return { ours: "unknown", theirs: earlyOf(step, steps) };
  if (step.state !== "done") return { ours: "no", theirs: [] };
  const { ours, theirs } = whoseWas(step);
  return { ours, theirs: [...new Set([...theirs, ...earlyOf(step, steps)])] };
}

/** Given up, and of one of its tries AWS's answer did not come: it may have been done. */
const wasLost = ({ attempts, reason, receipt }: Step): boolean =>
  isMayBeDone(receipt) ||
  // A step of an earlier version, by its last try.
  (attempts > 0 && /\b(unavailable|timed-out): /.test(reason ?? ""));
