import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import { matches, tagsOf } from "./match.ts";
import type { Actions, Policy } from "./policy.ts";

/** What the policy says for one incident, and which rules said it. */
export interface Ruling {
  readonly actions: Actions;
  /** Names of the rules that had a part in it, first one first; `default` where none matched. */
  readonly rule: string;
  /** Why nothing is to be done, by a tag. */
  readonly optedOut: string | null;
}

/** The first rule that matches wins, key by key; what it leaves open comes from the next that matches, then the defaults. */
export function rule(policy: Policy, incident: Incident, facts: Facts): Ruling {
  const matching = policy.rules.filter((one) => matches(one.match, incident, facts));
  const actions = matching.reduceRight<Actions>((all, one) => ({ ...all, ...one.do }), policy.defaults);
  return {
    actions,
    rule: matching.map((one) => one.name).join(" + ") || "default",
    optedOut: optedOut(policy, incident, facts),
  };
}

/** What the plan of somebody who asks nobody depends on: an unasked tag is not a missing one. Null: nothing. */
export function conditionOf({ tag }: Policy, incident: Incident): string | null {
  if (!tag.required || incident.subject.type === "task") return null;
  return `only if the tag ${tag.name} is true, which explain does not ask`;
}

function optedOut(policy: Policy, incident: Incident, facts: Facts): string | null {
  const { name, required } = policy.tag;
  const value = tagsOf(facts)[name]?.toLowerCase();
  if (value === "false") return `the tag ${name} is false`;
  if (!required || value === "true" || incident.subject.type === "task") return null;
  // Opt-in must not act on what it could not ask about; but planning runs again once the look-up has answered.
  return value === undefined ? `the tag ${name} is required and not there` : `the tag ${name} is not true`;
}
