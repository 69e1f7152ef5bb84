import type { Group } from "@spotkeeper/simulator";
import type { Family } from "./family.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import { mayRunOn } from "./left-behind.ts";

/** Returns the settings of a group that only people may change, as text. */
const settingsOf = ({
  min,
  max,
  suspended,
  hooks,
  targetGroups,
  maintenance,
}: Group): Readonly<Record<string, string>> => ({
  "minimum size": String(min),
  "maximum size": String(max),
  "suspended processes": [...suspended].toSorted().join(", "),
  hooks: [...hooks.values()]
    .map((hook) => JSON.stringify(hook))
    .toSorted()
    .join(", "),
  "target groups": targetGroups
    .map(({ name }) => name)
    .toSorted()
    .join(", "),
  maintenance: JSON.stringify(maintenance),
});

const SETTINGS = "the settings of groups stay as people set them";

/** What is raised, detached or changed for a replacement is put back, or ends where a person put it. */
export const capacity: Family = {
  names: [SETTINGS],
  watch({ fleet, people }, note) {
    const { world } = fleet;
    const before = new Map([...fleet.groups.values()].map((group) => [group, settingsOf(group)]));
    const isByPeople = (group: Group, what: string): boolean =>
      what === "maximum size" && people.maximum.get(group) === group.max;
    const compare = (group: Group): void => {
      const was = before.get(group);
      for (const [what, value] of Object.entries(settingsOf(group)))
        if (was !== undefined && was[what] !== value && !isByPeople(group, what))
          note(SETTINGS, `${what} of ${group.name}: ${value}, not ${was[what]}`);
      before.set(group, settingsOf(group));
    };
    const { effect } = world.oracle;
    world.oracle.effect = (kind, key, again) => {
      effect(kind, key, again);
      for (const group of fleet.groups.values()) compare(group);
    };
    return {};
  },
  atEnd: {
    "desired capacity ends where it began, or where a person put it": ({ fleet, people }) =>
      groupsOf(fleet).flatMap((group) => {
        const { name, desired, baseline } = group;
        const wanted = people.desired.get(group) ?? baseline;
        return desired === wanted ? [] : [`${name} is left at ${desired}, not at ${wanted}`];
      }),

    "nothing is left billed and ownerless": (ended) => {
      const { fleet, people } = ended;
      const { detachedRunning, onDemandRaised } = fleet.world.oracle.leftovers();
      return [
        ...detachedRunning
          .flatMap((id) => fleet.world.instances.get(id) ?? [])
          .filter((instance) => !people.detached.has(instance.id) && !mayRunOn(instance, ended))
          .map(({ id, member }) => `${id} runs, ${member === null ? "outside its group" : `as ${member.state}`}`),
        ...onDemandRaised.map(
          ({ group, onDemandBase }) => `${group} is left with an On-Demand base of ${onDemandBase}`,
        ),
      ];
    },
  },
};

/** Returns the groups that nobody has deleted. */
const groupsOf = ({ groups }: SwarmFleet): Group[] =>
  [...groups.values()].filter((group) => group.region.groups.get(group.name) === group);
