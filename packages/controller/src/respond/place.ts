import type { Place } from "../aws/ask.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Doc } from "../model/doc.ts";
import type { Params } from "../model/plain.ts";
import type { Step } from "../model/step.ts";

/** Where an incident's or group's calls go. */
export function placeOf(doc: Doc): Place {
  if (doc.kind === "incident" || doc.kind === "group") {
    const { account, region } = doc.body;
    if (region !== null) return { account, region };
  }
  throw new SpotkeeperError("SK-NO-REGION", `${doc.key}: no signal named its region; set aws.regions to one region`);
}

/** A parameter that the plan must have given; its absence is a bug, and says which. */
export function text(step: Step, name: string): string {
  const value = step.params[name];
  if (typeof value === "string") return value;
  throw new SpotkeeperError("SK-STEP-PARAM", `step ${step.id} has no text parameter "${name}"`);
}

export function number(params: Params, name: string): number {
  const value = params[name];
  if (typeof value === "number") return value;
  throw new SpotkeeperError("SK-STEP-PARAM", `a step has no numeric parameter "${name}"`);
}

export const textOrNull = (step: Step, name: string): string | null => {
  const value = step.params[name];
  return typeof value === "string" ? value : null;
};

export const numberOrNull = (step: Step, name: string): number | null => {
  const value = step.params[name];
  return typeof value === "number" ? value : null;
};

/** A parameter as people read it. */
export const shown = (step: Step, name: string): string => {
  const value = step.params[name];
  return typeof value === "string" || typeof value === "number" ? `${value}` : "?";
};

/** A list of texts; what is not a text is left out. */
export const texts = (step: Step, name: string): string[] => {
  const value = step.params[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};
