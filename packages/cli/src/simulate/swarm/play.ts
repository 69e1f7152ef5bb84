import {
  deregisterTarget,
  interrupt,
  type Instance,
  type Ms,
  recommend,
  setContainerState,
  setStandby,
  type Simulator,
  type World,
} from "@spotkeeper/simulator";
import { type SwarmFleet, TYPES } from "./fleet.ts";
import type { EventItem, FaultItem, SwarmWorld } from "./world.ts";

/** What people did, which must stay as they left it. */
export interface ByPeople {
  /** `group/id:port` of targets that a person deregistered. */
  readonly deregistered: Set<string>;
  /** Instances that a person set DRAINING. */
  readonly drained: Set<string>;
  /** Desired capacity of groups as a person set it last. */
  readonly desired: Map<string, number>;
}

/** Instances that something other than us ends, takes out, or gave a notice of: what we may touch. */
export type Doomed = Set<string>;

export interface Played {
  readonly people: ByPeople;
  readonly doomed: Doomed;
  /** The instant of the last event. */
  readonly lastAt: Ms;
}

/** Sets a timer for each event of the world. */
export function playEvents(spec: SwarmWorld, fleet: SwarmFleet): Played {
  const { world } = fleet;
  const began = world.clock.now();
  const people: ByPeople = { deregistered: new Set(), drained: new Set(), desired: new Map() };
  const doomed: Doomed = new Set();
  let lastAt = began;
  for (const event of spec.events) {
    const at = began + event.at * 1_000;
    lastAt = Math.max(lastAt, at);
    world.clock.setTimer(at, () => {
      const instance = fleet.members.get(event.group)?.[event.nth];
      if (instance !== undefined && instance.state === "running") happen(event, instance, fleet, people, doomed);
    });
  }
  return { people, doomed, lastAt };
}

function happen(
  event: EventItem,
  instance: Instance,
  { world, region }: SwarmFleet,
  people: ByPeople,
  doomed: Doomed,
): void {
  const delivery = { late: event.late * 1_000, duplicates: event.copies };
  const isSpot = instance.purchase === "spot";
  switch (event.kind) {
    case "warning":
    case "warning after a recommendation":
    case "missed notice":
    case "cancelled notice":
    case "recommendation":
      if (!isSpot || instance.notice !== null) return;
      doomed.add(instance.id);
      return strike(world, instance, event, delivery);
    case "scale-in": {
      const { member } = instance;
      if (!member || member.group.desired === 0) return;
      return setDesired(world, event.group, member.group.desired - 1, region, people);
    }
    case "a person sets desired capacity": {
      const group = region.groups.get(event.group);
      if (group === undefined) return;
      return setDesired(world, event.group, Math.min(group.max, group.desired + 1), region, people);
    }
    case "a person puts it on standby": {
      const { member } = instance;
      if (member?.state !== "InService") return;
      setStandby(world, instance.id, true);
      return void people.desired.set(event.group, member.group.desired);
    }
    case "a person deregisters it": {
      const target = [...instance.targets].find((one) => one.service === null && one.state !== "draining");
      if (target === undefined) return;
      people.deregistered.add(`${target.group.name}/${target.id}:${target.port}`);
      return deregisterTarget(world, target);
    }
    case "a person sets it DRAINING": {
      const { containerInstance } = instance;
      if (!containerInstance || containerInstance.status !== "ACTIVE") return;
      people.drained.add(instance.id);
      return setContainerState(world, containerInstance, "DRAINING");
    }
    case "no more Spot capacity":
      for (const zone of region.zones) for (const type of TYPES) region.pools.set(`${zone.name}/${type}/spot`, 0);
  }
}

function strike(world: World, instance: Instance, event: EventItem, delivery: { late: Ms; duplicates: number }): void {
  switch (event.kind) {
    case "recommendation":
      return recommend(world, instance, delivery);
    case "warning after a recommendation":
      return interrupt(world, instance.id, { ...delivery, rebalanceLead: 60_000 });
    case "missed notice":
      return interrupt(world, instance.id, { missed: true });
    case "cancelled notice":
      return interrupt(world, instance.id, { ...delivery, survives: true });
    default:
      return interrupt(world, instance.id, delivery);
  }
}

function setDesired(world: World, name: string, desired: number, region: SwarmFleet["region"], people: ByPeople): void {
  const group = region.groups.get(name);
  if (group === undefined) return;
  group.desired = desired;
  people.desired.set(name, desired);
  for (const listener of world.listeners.groupChanged) listener(group);
}

/** Has the world's faults meet the calls that they are about. */
export function playFaults(faults: readonly FaultItem[], simulator: Simulator): void {
  for (const { kind, operation, skip, times } of faults) {
    const match = operation === null ? {} : { operation };
    simulator.faults.add({ match, effect: { kind }, skip, times });
  }
}
