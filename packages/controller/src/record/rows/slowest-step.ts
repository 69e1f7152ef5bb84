import type { Ms } from "../../clock.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";

/**
 * Returns the step that took longest, from its first attempt until it was settled; null before the first. Of a drained
 * incident, only steps before the drain count, since later ones only watch and wait.
 */
export function slowestStepOf({
  steps,
  owed,
  drainedAt,
}: Pick<Incident, "steps" | "owed" | "drainedAt">): { readonly step: Step; readonly took: Ms } | null {
  let slowest: { readonly step: Step; readonly took: Ms } | null = null;
  for (const step of [...steps, ...owed]) {
    const { startedAt, settledAt } = step;
    if (startedAt === null || settledAt === null || (drainedAt !== null && settledAt > drainedAt)) continue;
    if (settledAt - startedAt > (slowest?.took ?? -1)) slowest = { step, took: settledAt - startedAt };
  }
  return slowest;
}
