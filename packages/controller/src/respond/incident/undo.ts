import type { Ms } from "../../clock.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";
import { isMayBeDone, effectOriginIn, type EffectOrigin } from "../effect-origin.ts";
import { earlyOf } from "../gone-early.ts";
import type { FindResponder } from "../responder.ts";

/** Time limit of an undo. */
const PUT_BACK_WITHIN: Ms = 900_000;

/** Whether the step is undone after a cancelled notice. */
export const isUndoable = ({ responder }: Pick<Step, "responder">, find: FindResponder): boolean =>
  (find(responder)?.undoneBy ?? null) !== null;

/**
 * Plans the undo steps after a cancelled notice: one for each effect that was ours, or may have been (`unsure`).
 * Effects of someone else are not undone; if these are some of a step's targets, `theirs` names them.
 */
export function putBack(body: Incident, find: FindResponder, now: Ms): PlannedStep[] {
  return body.steps.flatMap((step) => {
    const responder = find(step.responder)?.undoneBy ?? null;
    if (responder === null) return [];
    const { ours, theirs } = effectOriginOf(step, body);
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

/**
 * Entry in `flagged` for a step that we ran while the ledger was unavailable: its repetition reports `already`, but the
 * effect is ours to undo.
 */
export const doneUnrecorded = (stepId: string): string => `done without the ledger: ${stepId}`;

/**
 * Entry in `flagged` for an incident that was drained, at least in part, while the ledger was unavailable. The plan that is
 * made afterwards may lack these steps: their targets are gone.
 */
export const DRAINED_UNRECORDED = "drained, at least in part, without the ledger";

function effectOriginOf(step: Step, { flagged, steps }: Incident): EffectOrigin {
  if (flagged.includes(doneUnrecorded(step.id))) return { ours: "yes", theirs: [] };
  if (step.state === "abandoned" && wasLost(step)) return { ours: "unknown", theirs: earlyOf(step, steps) };
  if (step.state !== "done") return { ours: "no", theirs: [] };
  const { ours, theirs } = effectOriginIn(step);
  return { ours, theirs: [...new Set([...theirs, ...earlyOf(step, steps)])] };
}

/** Whether an abandoned step may have had its effect: AWS did not answer one of its attempts. */
const wasLost = ({ attempts, reason, receipt }: Step): boolean =>
  isMayBeDone(receipt) ||
  // A step of an earlier version has only the reason of its last attempt.
  (attempts > 0 && /\b(unavailable|timed-out): /.test(reason ?? ""));
