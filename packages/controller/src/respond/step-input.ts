import type { Place } from "../aws/ask.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Doc } from "../model/doc.ts";
import type { Params } from "../model/plain.ts";
import type { Step } from "../model/step.ts";

/** Returns account and region for the calls of an incident or group. Throws SK-NO-REGION if no region is known. */
export function placeOf(doc: Doc): Place {
  if (doc.kind === "incident" || doc.kind === "group") {
    const { account, region } = doc.body;
    if (region !== null) return { account, region };
  }
  throw new SpotkeeperError("SK-NO-REGION", `${doc.key}: no signal named its region; set aws.regions to one region`);
}

/** Reads a required text parameter of a step. Throws SK-STEP-PARAM (a bug) if it is missing. */
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

/** Returns a parameter as text for people; "?" if it is missing. */
export const shown = (step: Step, name: string): string => {
  const value = step.params[name];
  return typeof value === "string" || typeof value === "number" ? `${value}` : "?";
};

/** Reads a list of texts; other items are ignored. */
export const texts = (step: Step, name: string): string[] => {
  const value = step.params[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};
