import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { PlannedStep } from "./plan.ts";
import type { Actions } from "./policy.ts";
import type { Timing } from "./timing.ts";

/** What a stage is made from. `facts` null: nothing can be known (`explain`); each stage then yields one outline step. */
export interface Ground {
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

/** What comes after many steps of one kind names the kind (`deregister:*`). */
export const inShort = (steps: readonly PlannedStep[]): string[] => [
  ...new Set(steps.map(({ id }) => id.replace(/:.*$/s, ":*"))),
];
