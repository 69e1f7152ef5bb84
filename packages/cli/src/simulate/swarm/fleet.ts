import {
  createTargetGroup,
  createWorld,
  type Instance,
  type Region,
  regionOf,
  registerTarget,
  spotkeeperRules,
  type World,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { ACCOUNT, REGION } from "../access.ts";
import { QUEUE_ARN } from "../lab.ts";
import { buildGroup } from "./build/group.ts";
import { buildService } from "./build/service.ts";
import type { SwarmWorld } from "./world.ts";

export interface SwarmFleet {
  readonly world: World;
  readonly region: Region;
  /** The instances that each group began with. */
  readonly members: ReadonlyMap<string, readonly Instance[]>;
}

/** The fleet of a world, with everything it has running and serving. */
export function buildFleet(wiring: WorldOptions, spec: SwarmWorld): SwarmFleet {
  const world = createWorld(wiring);
  const region = regionOf(world, ACCOUNT, REGION);
  region.rules.push(...spotkeeperRules(QUEUE_ARN));
  const targetGroups = new Map(
    spec.targetGroups.map(({ name, type, delay, balancer }) => [
      name,
      createTargetGroup(world, region, {
        name,
        targetType: type,
        port: 8_080,
        deregistrationDelay: delay,
        ...(balancer === null ? {} : { loadBalancer: `${name}-balancer`, loadBalancerType: balancer }),
      }),
    ]),
  );
  const members = new Map<string, readonly Instance[]>();
  for (const item of spec.groups) {
    const group = buildGroup(world, region, item, targetGroups);
    members.set(
      item.name,
      [...group.members.values()].map(({ instance }) => instance),
    );
  }
  for (const item of spec.services) buildService(world, region, item, targetGroups);
  for (const { group, nth, targetGroup, port } of spec.byHand) {
    const instance = members.get(group)?.[nth];
    const to = targetGroups.get(targetGroup);
    if (instance === undefined || to === undefined || to.targets.has(`${instance.id}:${port}`)) continue;
    registerTarget(world, to, { id: instance.id, port, instance, healthy: true });
  }
  return { world, region, members };
}
