import type { Ms } from "../clock.ts";
import type { PlannedStep } from "../decide/plan.ts";
import type { Incident, Step } from "../record/doc.ts";

/** How long we try to put back what was taken away. */
const PUT_BACK_WITHIN: Ms = 900_000;

/** Which responder undoes which. What has no entry needs no undoing. */
const UNDONE_BY: { readonly [responder: string]: string } = {
  "deregister-target": "register-target",
  "deregister-classic": "register-classic",
  "deregister-lattice": "register-lattice",
  "deregister-discovery": "register-discovery",
  "set-draining": "set-active",
};

export const isUndoable = ({ responder }: Pick<Step, "responder">): boolean => responder in UNDONE_BY;

/**
 * What is owed when a notice was cancelled: the opposite of each step that we did ourselves. What somebody else had
 * done before us (`already`) is not ours to undo.
 */
export function putBack(body: Incident, now: Ms): PlannedStep[] {
  return body.steps
    .filter((step) => didIt(step, body))
    .flatMap((step) => {
      const responder = UNDONE_BY[step.responder];
      if (responder === undefined) return [];
      return [
        {
          id: `undo:${step.id}`,
          responder,
          params: step.params,
          after: [],
          notBefore: null,
          abandonAt: now + PUT_BACK_WITHIN,
        },
      ];
    });
}

/** How an incident says that a step was done by us while the ledger was away: the repetition finds it done. */
export const doneUnrecorded = (stepId: string): string => `done without the ledger: ${stepId}`;

function didIt(step: Step, { flagged }: Incident): boolean {
  if (step.state !== "done") return false;
  if (flagged.includes(doneUnrecorded(step.id))) return true;
  const { receipt } = step;
  return !(receipt !== null && typeof receipt === "object" && "already" in receipt && receipt.already === true);
}
