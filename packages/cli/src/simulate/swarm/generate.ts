import { byHandOf, targetGroupsOf } from "./dimensions/balancers.ts";
import { diceOf } from "./dimensions/dice.ts";
import { eventsOf } from "./dimensions/events.ts";
import { faultsOf } from "./dimensions/faults.ts";
import { groupsOf } from "./dimensions/groups.ts";
import { livesOf } from "./dimensions/lives.ts";
import { policyOf } from "./dimensions/policy.ts";
import { servicesOf } from "./dimensions/services.ts";
import type { SwarmWorld } from "./world.ts";

/** The world of a seed. */
export function generateWorld(seed: number): SwarmWorld {
  const dice = (part: string): ReturnType<typeof diceOf> => diceOf(seed, part);
  const targetGroups = targetGroupsOf(dice("target groups"));
  const named = (type: "instance" | "ip"): string[] =>
    targetGroups.filter((one) => one.type === type).map(({ name }) => name);
  const groups = groupsOf(dice("groups"), named("instance"));
  const clusters = [...new Set(groups.flatMap(({ cluster }) => cluster ?? []))];
  return {
    seed,
    warm: dice("warm").random.next() < 0.7,
    policy: policyOf(dice("policy")),
    targetGroups,
    groups,
    services: servicesOf(dice("services"), clusters, named("ip")),
    byHand: byHandOf(dice("by hand"), groups, named("instance")),
    events: eventsOf(dice("events"), groups),
    faults: faultsOf(dice("faults")),
    lives: livesOf(dice("lives")),
  };
}
