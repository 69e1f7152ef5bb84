import { NO_FACTS } from "../../../decide/decide.ts";
import { surelyMatches } from "../../../decide/match.ts";
import type { Matcher } from "../../../model/matcher.ts";
import { clean } from "../../message/clean.ts";
import type { MemberSource } from "../../message/member.ts";
import { tells } from "../../join.ts";
import { valueOf } from "../../route.ts";
import type { Stage } from "../stage.ts";
import type { InhibitRule } from "../suppress-settings.ts";
import { suppressEach } from "./suppress-members.ts";

/**
 * Suppresses incidents by the user's rules, as long as a worse incident is open. The outcome of a delivered alert is sent
 * all the same.
 */
export const inhibitByRule: Stage = (passing, input) => {
  const { inhibit } = input.suppress;
  if (inhibit.length === 0 || passing.members.length === 0 || (input.delivered && input.over)) return passing;
  const rules = inhibit.map((rule) => ({ rule, sourceOf: sourcesOf(rule, input.open) }));
  return suppressEach(passing, input, "inhibited", (member) => {
    for (const { rule, sourceOf } of rules) {
      const source = sourceOf(member);
      if (source !== null) return `${source} is told instead (${clean(rule.name)})`;
    }
    return null;
  });
};

/** Ids of the first sources with equal values, in the order of their keys, so that the reason stays the same. */
interface Sources {
  any: string | null;
  /** Of those that are no targets themselves. */
  only: string | null;
}

/**
 * Returns a function that finds the source that suppresses an incident. An incident that matches both sides is suppressed
 * only by one that does not, so that no two suppress each other.
 */
function sourcesOf(rule: InhibitRule, open: readonly MemberSource[]): (target: MemberSource) => string | null {
  const byValues = new Map<string, Sources>();
  for (const one of open.toSorted((a, b) => (a.doc.key < b.doc.key ? -1 : 1))) {
    const { outcome, cancelledAt, subject } = one.doc.body;
    if (outcome !== null || cancelledAt !== null || !isLike(rule.source, one)) continue;
    const values = valuesOf(rule, one);
    if (values === null || !tells(one.doc.body, one.facts).tells) continue;
    const had = byValues.get(values) ?? { any: null, only: null };
    had.any ??= subject.id;
    if (!isLike(rule.target, one)) had.only ??= subject.id;
    byValues.set(values, had);
  }
  return (target) => {
    if (!isLike(rule.target, target)) return null;
    const values = valuesOf(rule, target);
    const found = values === null ? undefined : byValues.get(values);
    return (isLike(rule.source, target) ? found?.only : found?.any) ?? null;
  };
}

const isLike = (matcher: Matcher, { doc, facts }: MemberSource): boolean =>
  surelyMatches(matcher, doc.body, facts ?? NO_FACTS);

/** Returns the values that must be equal; null if one is not known, since a guess must not suppress an alert. */
function valuesOf({ equal }: InhibitRule, { doc, facts }: MemberSource): string | null {
  const values = equal.map((name) => valueOf(name, doc.body, facts));
  return values.includes(null) ? null : JSON.stringify(values);
}
