import type { Ms } from "../clock.ts";
import type { PlannedStep } from "../decide/plan.ts";
import type { Doc } from "../model/doc.ts";
import type { Step, StepState } from "../model/step.ts";

const SETTLED: ReadonlySet<StepState> = new Set(["done", "skipped", "abandoned"]);

export const isSettled = (step: Step): boolean => SETTLED.has(step.state);

/** Whether a step, or any of a kind (`deregister:*`), is among the ids of those that are not settled. */
export function isOpen(id: string, open: ReadonlySet<string>): boolean {
  if (!id.endsWith("*")) return open.has(id);
  const prefix = id.slice(0, -1);
  return [...open].some((one) => one.startsWith(prefix));
}

/** All steps of a document, those owed among them. */
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

/** The document with each of its steps passed through `change`. */
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

/** When the work that a step begins is to be over: when it waits no longer or, where that has passed, when it is given up. */
export const workEnds = (
  { waitsUntil = 0 }: Pick<Step, "waitsUntil">,
  { now, deadline }: { readonly now: Ms; readonly deadline: Ms },
): Ms => (waitsUntil > now ? waitsUntil : deadline);

/** A planned step, of which nothing has happened. */
export function fresh(planned: PlannedStep): Step {
  return {
    ...planned,
    attempts: 0,
    state: "waiting",
    retryAt: null,
    startedAt: null,
    settledAt: null,
    reason: null,
    receipt: null,
  };
}

/** The step without its parameters: the journal tells of them, and a document is small. */
export const withoutParams = (step: Step): Step =>
  Object.keys(step.params).length === 0 ? step : { ...step, params: {} };

export function settle(step: Step, state: "done" | "skipped" | "abandoned", reason: string | null, now: Ms): Step {
  return { ...step, state, reason: shortened(reason), settledAt: now, retryAt: null };
}

/** A document is at most 8 kB, and some of AWS's messages are that long by themselves. */
const LONGEST_REASON = 300;

export const shortened = <R extends string | null>(reason: R): R | string =>
  reason !== null && reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;

/** Why a step that was skipped may come back: it was only dropped from a plan that now has it again. */
const UNPLANNED = "no longer planned";

/** What waits is not waited for beyond the instant that its plan names. */
const earlier = (retryAt: Ms | null, until: Ms): Ms | null => (retryAt === null ? null : Math.min(retryAt, until));

/**
 * A plan made again, laid over what has happened: settled and running steps stay; waiting ones take the new budget;
 * new ones are added; waiting ones that are no longer planned are skipped.
 *
 * @param sure false where the plan was made from less than is to be known (a worker that has just taken over): what it
 *   lacks is unknown then, not superfluous, and stays
 */
export function mergePlan(
  steps: readonly Step[],
  planned: readonly PlannedStep[],
  now: Ms,
  sure: boolean = true,
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
    .map((step) => (sure && step.state === "waiting" ? settle(step, "skipped", UNPLANNED, now) : step));
  return [...merged, ...dropped];
}
