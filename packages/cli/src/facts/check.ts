import type { FleetFacts, PlaceFacts } from "./document.ts";
import type { Field } from "./field.ts";

/** Returns account, region and name as one key. An unknown account or region is different from every known one. */
const keyOf = ({ account, region }: PlaceFacts, name: string): string => `${account ?? ""}/${region ?? ""}/${name}`;

/** Checks what involves several keys: names that refer to nothing, and duplicates. */
export function checkFacts(facts: FleetFacts, fail: Field["fail"]): void {
  const { groups, instances, services, tasks, targetGroups, classicLoadBalancers } = facts;
  once("groups", groups, ({ name }) => name, fail);
  once("targetGroups", targetGroups, ({ name }) => name, fail);
  once("classicLoadBalancers", classicLoadBalancers, ({ name }) => name, fail);
  once("services", services, ({ cluster, name }) => `${cluster}/${name}`, fail);

  for (const [index, { min, desired, max }] of groups.entries()) {
    if (desired !== null && desired < min) fail(`groups[${index}].desired`, desired, `min (${min}) at least`);
    if (max !== null && max < (desired ?? min))
      fail(`groups[${index}].max`, max, `${desired === null ? "min" : "desired"} (${desired ?? min}) at least`);
  }

  const known = new Set<string>();
  const add = (id: string, path: string): void => {
    if (known.has(id)) fail(path, id, "an instance that is in the file once");
    known.add(id);
  };
  for (const [index, group] of groups.entries())
    for (const [nth, { id }] of group.instances.entries()) add(id, `groups[${index}].instances[${nth}]`);
  for (const [index, { id }] of instances.entries()) add(id, `instances[${index}]`);
  const mustBeKnown = (ids: readonly string[], path: string): void => {
    for (const [nth, id] of ids.entries())
      if (!known.has(id)) fail(`${path}[${nth}]`, id, "the id of an instance of the file");
  };
  for (const [index, { tasks: on }] of services.entries()) mustBeKnown(on ?? [], `services[${index}].tasks`);
  for (const [index, one] of tasks.entries()) mustBeKnown(one.instances, `tasks[${index}].instances`);
  for (const [index, one] of classicLoadBalancers.entries())
    mustBeKnown(one.instances, `classicLoadBalancers[${index}].instances`);
  for (const [index, { targets }] of targetGroups.entries()) {
    // Other targets are addresses.
    const ids = targets.map(({ id }) => id).filter((id) => id.startsWith("i-"));
    mustBeKnown(ids, `targetGroups[${index}].targets`);
  }

  const names = new Set(targetGroups.map((one) => keyOf(one, one.name)));
  const mustBeNamed = (at: PlaceFacts, all: readonly string[], path: string): void => {
    for (const [nth, name] of all.entries())
      if (!names.has(keyOf(at, name)))
        fail(`${path}[${nth}]`, name, "the name of one of targetGroups, in the same account and region");
  };
  for (const [index, one] of groups.entries()) mustBeNamed(one, one.targetGroups, `groups[${index}].targetGroups`);
  for (const [index, one] of services.entries()) {
    mustBeNamed(one, one.targetGroups, `services[${index}].targetGroups`);
    if (one.alternate !== null) mustBeNamed(one, [one.alternate], `services[${index}].alternate`);
  }
}

function once<T extends PlaceFacts>(
  list: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  fail: Field["fail"],
): void {
  const seen = new Set<string>();
  for (const [index, one] of all.entries()) {
    const key = keyOf(one, nameOf(one));
    if (seen.has(key)) fail(`${list}[${index}]`, nameOf(one), "a name that is in the file once");
    seen.add(key);
  }
}
