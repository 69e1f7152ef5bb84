import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Matcher, Pattern } from "../model/matcher.ts";
import { fits } from "../model/matcher.ts";

const known = (...values: readonly (string | null | undefined)[]): string[] =>
  values.filter((value): value is string => typeof value === "string" && value !== "");

/** Returns an ARN and its name (`arn:…:cluster/checkout` → also `checkout`), so that rules may use either. */
const withName = (arn: string | null | undefined): string[] => known(arn, arn?.split("/").at(-1));

/**
 * Returns a label of the incident, which keeps what was known earlier, e.g. the cluster that a container instance has
 * left.
 */
function labelled(incident: Incident, name: string): string[] {
  const value = incident.labels[name];
  return [value].flat().filter((one): one is string => typeof one === "string");
}

/** Returns the values that matchers compare, by field. */
function attributes(incident: Incident, facts: Facts): Record<Exclude<keyof Matcher, "tag">, string[]> {
  const container = facts.containerInstances[0]?.clusterArn;
  const hint = incident.hints["clusterArn"];
  return {
    kind: incident.signals.map((signal) => signal.kind),
    account: known(incident.account),
    region: known(incident.region),
    availabilityZone: known(incident.availabilityZone, facts.instance?.availabilityZone, facts.instance?.zoneId),
    group: [
      ...known(facts.groupName, ...incident.lifecycle.map((action) => action.group)),
      ...labelled(incident, "group"),
    ],
    cluster: [
      ...withName(container),
      ...withName(typeof hint === "string" ? hint : null),
      ...labelled(incident, "cluster"),
    ],
    service: [...facts.tasks.flatMap((task) => known(task.service)), ...labelled(incident, "services")],
    instanceType: [...known(facts.instance?.type), ...labelled(incident, "instanceType")],
    instanceName: [...known(facts.instance?.name), ...labelled(incident, "name")],
    owner: [facts.owner],
  };
}

/** Returns the tags of the cluster, the group and the instance; of equal names the instance's wins. */
export function tagsOf(facts: Facts): Readonly<Record<string, string>> {
  return { ...facts.clusterTags, ...facts.group?.tags, ...facts.instance?.tags };
}

/** Whether all fields of the matcher match. */
export function matches(matcher: Matcher, incident: Incident, facts: Facts): boolean {
  const seen = attributes(incident, facts);
  const { tag, ...plain } = matcher;
  for (const [name, pattern] of Object.entries(plain) as [keyof typeof seen, Pattern | undefined][]) {
    if (pattern !== undefined && !fits(pattern, seen[name])) return false;
  }
  const tags = tagsOf(facts);
  return Object.entries(tag ?? {}).every(([name, pattern]) => fits(pattern, known(tags[name])));
}

/** A key of a matcher that an incident does not match. */
export interface Difference {
  readonly key: string;
  readonly wanted: string;
  /** The values of the incident; empty if none is known. */
  readonly known: readonly string[];
}

/** Returns all keys of the matcher that do not match; empty if `matches`. */
export function differences(matcher: Matcher, incident: Incident, facts: Facts): readonly Difference[] {
  const { tag = {}, ...plain } = matcher;
  const seen = attributes(incident, facts);
  const tags = tagsOf(facts);
  const compared = [
    ...Object.entries(plain).map(([key, pattern]) => ({ key, pattern, known: seen[key as keyof typeof seen] })),
    ...Object.entries(tag).map(([name, pattern]) => ({ key: `tag.${name}`, pattern, known: known(tags[name]) })),
  ];
  return compared.flatMap(({ key, pattern, known: values }) =>
    pattern === undefined || fits(pattern, values)
      ? []
      : [{ key, wanted: [pattern].flat().join(" or "), known: values }],
  );
}

const FROM_FACTS = ["group", "cluster", "service", "instanceType", "instanceName"] as const;

/**
 * Like `matches`, for matchers that suppress alerts: if facts are missing, a matcher with a negation or an owner never
 * matches.
 */
export function surelyMatches(matcher: Matcher, incident: Incident, facts: Facts): boolean {
  const guesses =
    matcher.owner !== undefined ||
    [...FROM_FACTS.map((name) => matcher[name]), ...Object.values(matcher.tag ?? {})].some(
      (pattern) => pattern !== undefined && [pattern].flat().some((one) => one.startsWith("!")),
    );
  return (!guesses || facts.complete) && matches(matcher, incident, facts);
}
