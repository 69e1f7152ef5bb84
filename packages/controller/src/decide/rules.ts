import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import { matches, tagsOf } from "./match.ts";
import type { Actions, Policy } from "./policy.ts";

/** The result of the policy for one incident, and the rules that gave it. */
export interface Ruling {
  readonly actions: Actions;
  /** Names of the matching rules in order; `default` if none matched. */
  readonly rule: string;
  /** Reason why nothing may be done because of a tag; else null. */
  readonly optedOut: string | null;
}

/**
 * Evaluates the policy. The first matching rule wins for each key; other keys are from the next matching rule, then the
 * defaults.
 */
export function rule(policy: Policy, incident: Incident, facts: Facts): Ruling {
  const matching = policy.rules.filter((one) => matches(one.match, incident, facts));
  const actions = matching.reduceRight<Actions>((all, one) => ({ ...all, ...one.do }), policy.defaults);
  return {
    actions,
    rule: matching.map((one) => one.name).join(" + ") || "default",
    optedOut: optedOut(policy, incident, facts),
  };
}

/**
 * Returns the condition of a plan that was made without reading AWS (`explain`): the tag that it did not read. Returns
 * null if there is none.
 */
export function conditionOf({ tag }: Policy, incident: Incident): string | null {
  if (!tag.required || incident.subject.type === "task") return null;
  return `only if the tag ${tag.name} is true, which explain does not ask`;
}

function optedOut(policy: Policy, incident: Incident, facts: Facts): string | null {
  const { name, required } = policy.tag;
  const value = tagsOf(facts)[name]?.toLowerCase();
  if (value === "false") return `the tag ${name} is false`;
  if (!required || value === "true" || incident.subject.type === "task") return null;
  // With opt-in nothing is done while the tag is not known; a replan follows the look-up.
  return value === undefined ? `the tag ${name} is required and not there` : `the tag ${name} is not true`;
}
