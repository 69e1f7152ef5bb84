import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Step } from "../model/step.ts";
import { isOpen, isSettled, stepsOf } from "./steps.ts";

/** What is due now, and when something will be. */
export interface Next {
  readonly due: readonly Step[];
  /** The next instant at which a step that is not due becomes so, or is over its budget; null: nothing is left. */
  readonly wakeAt: Ms | null;
}

/**
 * Pure. A step is due when those before it are settled and its time has come; it is over its budget at `abandonAt`
 * (see `overdue`). Steps "side by side" have nothing before them.
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

/** What may have happened, or must be undone, is not given up because nobody was there while its time went by. */
const LAST_CHANCE: Ms = 600_000;

/**
 * When a step is given up. One that was begun has a last chance beyond its budget, and so has one that nobody has tried and
 * that is owed, or without which nobody knows whose the instance is.
 */
function endOf(step: Step): Ms {
  const begun = step.state === "intended";
  const needed = step.attempts === 0 && (step.id.startsWith("undo:") || step.id === "look-up");
  return begun || needed ? step.abandonAt + LAST_CHANCE : step.abandonAt;
}

/** Whether a step's budget is over. */
export function overdue(step: Step, now: Ms): boolean {
  return !isSettled(step) && endOf(step) <= now;
}
