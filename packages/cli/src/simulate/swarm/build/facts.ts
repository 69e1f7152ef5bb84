import {
  arn,
  createRandom,
  createWorld,
  type Group,
  type Instance,
  spotkeeperRules,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { buildFacts } from "../../build-facts.ts";
import { homeOf } from "../dimensions/places.ts";
import { oursOf } from "../ours.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import { ALONE, nameOf, type UserFleet } from "../user-fleet.ts";
import { playedPolicy, type SwarmWorld } from "../world.ts";

/**
 * Builds the fleet that a user described. The seed decides the order of a group's instances, and so to which of them
 * events happen.
 */
export function buildUserFleet(wiring: WorldOptions, spec: SwarmWorld, user: UserFleet): SwarmFleet {
  const world = createWorld(wiring);
  const home = homeOf(spec.places);
  const queue = arn({ account: home.account, name: home.region }, "sqs", "spotkeeper");
  const facts = {
    ...user.facts,
    // Leave out services without tasks on the file's instances: the simulator would place their tasks on other
    // instances.
    services: user.facts.services.filter(({ tasks, desired }) => desired === 0 || tasks?.length !== 0),
  };
  const built = buildFacts(world, facts, {
    home,
    queueOf: (target) => (user.queues.includes(target) ? queue : target),
  });
  for (const region of world.regions.values()) {
    const isHome = region.account === home.account && region.name === home.region;
    region.rules.push(...spotkeeperRules(queue, spec.bareHooks && isHome));
  }
  const groups = new Map<string, Group>();
  const members = new Map<string, readonly Instance[]>();
  for (const [index, one] of facts.groups.entries()) {
    const group = built.groups[index];
    if (group === undefined) continue;
    const name = nameOf(one);
    groups.set(name, group);
    const instances = [...group.members.values()].map(({ instance }) => instance);
    members.set(name, shuffled(instances, `${spec.seed} ${name}`));
  }
  members.set(ALONE, shuffled(built.alone, `${spec.seed} ${ALONE}`));
  return {
    world,
    regions: [...world.regions.values()],
    groups,
    members,
    alone: new Set(built.alone.map(({ id }) => id)),
    ...oursOf(playedPolicy(spec), queue, groups.values(), built.alone),
  };
}

function shuffled(all: readonly Instance[], seed: string): readonly Instance[] {
  const random = createRandom(`members ${seed}`);
  return all
    .map((one) => ({ one, lot: random.next() }))
    .toSorted((a, b) => a.lot - b.lot)
    .map(({ one }) => one);
}
