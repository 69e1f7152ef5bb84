import type { Source } from "../support/tree.ts";

/** An EventBridge pattern, as far as the documented rules use them: lists of values that are taken as they are. */
interface Pattern {
  readonly source: readonly string[];
  readonly "detail-type": readonly string[];
  readonly detail?: { readonly [field: string]: readonly string[] };
}

/** The patterns of a page's `put-rule` commands. */
function rulesOf({ text }: Source): readonly Pattern[] {
  return [...text.matchAll(/--event-pattern '([^']+)'/g)].map(([, json = ""]) => JSON.parse(json) as Pattern);
}

/** Events that no rule of the page delivers, and values of its rules that deliver none of them. */
export function undelivered(
  events: readonly (readonly [source: string, detailType: string])[],
  page: Source,
): string[] {
  const rules = rulesOf(page);
  const delivers = (rule: Pattern, [source, detailType]: readonly [string, string]): boolean =>
    rule.source.includes(source) && rule["detail-type"].includes(detailType);
  const missing = events.filter((event) => !rules.some((rule) => delivers(rule, event)));
  const idle = rules.flatMap((rule) =>
    rule["detail-type"].filter((name) => !events.some((event) => event[1] === name && delivers(rule, event))),
  );
  return [
    ...missing.map(([source, name]) => `no rule of ${page.path} delivers ${name} of ${source}`),
    ...idle.map((name) => `a rule of ${page.path} delivers ${name}, which nothing understands`),
  ];
}
