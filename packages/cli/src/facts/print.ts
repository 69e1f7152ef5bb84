import { type FleetFacts, groupFacts, hookFacts, instanceFacts, NO_FACTS, serviceFacts } from "./document.ts";

/** Renders the document as JSON without the fields that have their default value. */
export function printFacts(facts: FleetFacts): string {
  const short = {
    ...facts,
    groups: facts.groups.map((group) => ({
      ...without(group, groupFacts("")),
      ...some(
        "hooks",
        group.hooks.map((one) => without(one, hookFacts(""))),
      ),
      ...some(
        "instances",
        group.instances.map((one) => without(one, instanceFacts(""))),
      ),
    })),
    instances: facts.instances.map((one) => without(one, { ...instanceFacts(""), account: null, region: null })),
    services: facts.services.map((one) => without(one, serviceFacts("", ""))),
  };
  return `${JSON.stringify(without(short, NO_FACTS), null, 2)}\n`;
}

/** Returns the fields whose value differs from that in `usual`. */
function without(value: object, usual: object): object {
  const kept = Object.entries(value).filter(
    ([key, one]) => JSON.stringify(one) !== JSON.stringify(Reflect.get(usual, key)),
  );
  return Object.fromEntries(kept);
}

const some = (key: string, list: readonly object[]): object => (list.length === 0 ? {} : { [key]: list });
