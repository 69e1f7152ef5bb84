import type { Ms } from "../../clock.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import type { Doc } from "../../model/doc.ts";
import { NOT_BEGUN, type Step, type StepState } from "../../model/step.ts";

const SETTLED: ReadonlySet<StepState> = new Set(["done", "skipped", "abandoned"]);

export const isSettled = (step: Step): boolean => SETTLED.has(step.state);

/** Whether a step, or any with a prefix (`deregister:*`), is in the set of open steps. */
export function isOpen(id: string, open: ReadonlySet<string>): boolean {
  if (!id.endsWith("*")) return open.has(id);
  const prefix = id.slice(0, -1);
  return [...open].some((one) => one.startsWith(prefix));
}

/** Returns all steps of a document, including undo steps. */
export function stepsOf(doc: Doc): readonly Step[] {
  switch (doc.kind) {
    case "incident":
      return [...doc.body.steps, ...doc.body.owed];
    case "group":
      return doc.body.steps;
    case "service":
    case "alert":
    case "silence":
    case "evidence":
      return [];
  }
}

/** Applies `change` to each step of the document. */
export function mapSteps<D extends Doc>(doc: D, change: (step: Step) => Step): D {
  switch (doc.kind) {
    case "incident":
      return { ...doc, body: { ...doc.body, steps: doc.body.steps.map(change), owed: doc.body.owed.map(change) } };
    case "group":
      return { ...doc, body: { ...doc.body, steps: doc.body.steps.map(change) } };
    case "service":
    case "alert":
    case "silence":
    case "evidence":
      return doc;
  }
}

/** Returns by when the work that a step starts must be over: `waitsUntil` or, if that has passed, the deadline. */
export const workEnds = (
  { waitsUntil = 0 }: Pick<Step, "waitsUntil">,
  { now, deadline }: { readonly now: Ms; readonly deadline: Ms },
): Ms => (waitsUntil > now ? waitsUntil : deadline);

/** Makes a new step from a planned one. */
export const fresh = (planned: PlannedStep): Step => ({ ...planned, ...NOT_BEGUN });

/** Removes the parameters of a step, to keep the document small; the journal has them. */
export const withoutParams = (step: Step): Step =>
  Object.keys(step.params).length === 0 ? step : { ...step, params: {} };

export function settle(step: Step, state: "done" | "skipped" | "abandoned", reason: string | null, now: Ms): Step {
  return { ...step, state, reason: shortened(reason), settledAt: now, retryAt: null };
}

/** Maximum length of a reason, since some of AWS's messages are as long as a whole document may be. */
const LONGEST_REASON = 300;

export const shortened = <R extends string | null>(reason: R): R | string =>
  reason !== null && reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;

/** Reason of a step that a replan dropped: a later replan may add it again. */
const UNPLANNED = "no longer planned";

/** Returns the earlier of two times; null if `retryAt` is null. */
const earlier = (retryAt: Ms | null, until: Ms): Ms | null => (retryAt === null ? null : Math.min(retryAt, until));

/**
 * Merges a new plan into the steps: settled and intended steps stay; waiting ones get the new time limits; new ones are
 * added; waiting ones that are no longer planned are skipped.
 *
 * @param complete false if facts are incomplete (e.g. after a takeover): then steps that the plan lacks are kept
 */
export function mergePlan(
  steps: readonly Step[],
  planned: readonly PlannedStep[],
  now: Ms,
  complete: boolean = true,
): readonly Step[] {
  const had = new Map(steps.map((step) => [step.id, step]));
  const wanted = new Set(planned.map((step) => step.id));
  const merged = planned.map((plan): Step => {
    const step = had.get(plan.id);
    if (step === undefined) return fresh(plan);
    if (step.state === "skipped" && step.reason === UNPLANNED) return fresh(plan);
    if (step.state !== "waiting") return step;
    const { until } = plan.params;
    const ends = Math.min(typeof until === "number" ? until : Infinity, plan.waitsUntil ?? Infinity);
    const retryAt = earlier(step.retryAt, ends);
    return { ...step, ...plan, retryAt };
  });
  const dropped = steps
    .filter((step) => !wanted.has(step.id))
    .map((step) => (complete && step.state === "waiting" ? settle(step, "skipped", UNPLANNED, now) : step));
  return [...merged, ...dropped];
}
