import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { PlannedStep } from "./plan.ts";
import type { Actions } from "./policy.ts";
import type { Timing } from "./timing.ts";

/**
 * The inputs of a planning stage. `facts` null: nothing can be read (`explain`); each stage then gives one outline
 * step.
 */
export interface PlanInput {
  readonly incident: Incident;
  readonly facts: Facts | null;
  readonly actions: Actions;
  readonly t: Timing;
}

export const step = (
  id: string,
  responder: string,
  params: Params,
  budget: Pick<PlannedStep, "abandonAt"> & Partial<Pick<PlannedStep, "after" | "notBefore" | "waitsUntil">>,
): PlannedStep => ({ id, responder, params, after: [], notBefore: null, ...budget });

/** Abbreviates a list of predecessor ids by a prefix per kind (`deregister:*`). */
export const inShort = (steps: readonly PlannedStep[]): string[] => [
  ...new Set(steps.map(({ id }) => id.replace(/:.*$/s, ":*"))),
];
