import type { Ms } from "../../clock.ts";
import { LOOK_AROUND } from "../../decide/stages.ts";
import type { Doc } from "../../model/doc.ts";
import type { Step } from "../../model/step.ts";
import { isOpen, isSettled, stepsOf } from "./steps.ts";

/** The due steps, and when the next step is due. */
export interface Next {
  readonly due: readonly Step[];
  /** When the next step becomes due or times out; null means no step is left. */
  readonly wakeAt: Ms | null;
}

/**
 * Finds due steps. Pure. A step is due when its predecessors are settled and its time has come; it times out at
 * `abandonAt` (see `overdue`). Steps without predecessors run concurrently.
 */
export function next(doc: Doc, now: Ms): Next {
  const steps = stepsOf(doc);
  const open = new Set(steps.filter((step) => !isSettled(step)).map((step) => step.id));
  const due: Step[] = [];
  let wakeAt: Ms | null = null;
  for (const step of steps) {
    if (isSettled(step)) continue;
    const ready = step.after.every((id) => !isOpen(id, open));
    const at = Math.max(step.notBefore ?? 0, step.retryAt ?? 0);
    if (ready && at <= now && !overdue(step, now)) {
      due.push(step);
      continue;
    }
    const end = endOf(step);
    const when = ready ? Math.min(Math.max(at, now), end) : end;
    wakeAt = wakeAt === null ? when : Math.min(wakeAt, when);
  }
  return { due, wakeAt };
}

/** The first look-up shows whose the instance is, and the look around shows all that it serves. */
const LOOKS: ReadonlySet<string> = new Set(["look-up", LOOK_AROUND]);

/** Extra time for steps that may have had an effect, or that must run, after a time without a worker. */
const LAST_CHANCE: Ms = 600_000;

/**
 * Returns when a step is abandoned. Extra time beyond `abandonAt` is given to an intended step, and to an undo or a
 * look that was never tried.
 */
function endOf(step: Step): Ms {
  const begun = step.state === "intended";
  const needed = step.attempts === 0 && (step.id.startsWith("undo:") || LOOKS.has(step.id));
  return begun || needed ? step.abandonAt + LAST_CHANCE : step.abandonAt;
}

/** Whether a step has timed out. */
export function overdue(step: Step, now: Ms): boolean {
  return !isSettled(step) && endOf(step) <= now;
}
