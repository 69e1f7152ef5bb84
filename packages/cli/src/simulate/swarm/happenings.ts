import {
  deregisterTarget,
  type Group,
  interrupt,
  type InterruptOptions,
  type Instance,
  recommend,
  setContainerState,
  setStandby,
  type Target,
} from "@spotkeeper/simulator";
import type { EventItem, EventKind } from "./dimensions/events.ts";
import { ECS_HAPPENINGS } from "./ecs-happenings.ts";
import type { SwarmFleet } from "./fleet.ts";

/** What people did, which must stay as they left it. */
export interface ByPeople {
  /** Targets that a person deregistered. */
  readonly deregistered: Set<Target>;
  /** Instances that a person set DRAINING. */
  readonly drained: Set<string>;
  /** Desired capacity of groups as a person set it last. */
  readonly desired: Map<Group, number>;
}

/** Instances that something other than us ends, takes out, or gave a notice of: what we may touch. */
export type Doomed = Set<string>;

export interface Happening {
  readonly event: EventItem;
  /** Runs. */
  readonly instance: Instance;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
  readonly doomed: Doomed;
}

/** How each kind of event comes about in the simulator. */
export const HAPPENINGS: { readonly [kind in EventKind]: (happening: Happening) => void } = {
  warning: strike({}),
  "warning after a recommendation": strike({ rebalanceLead: 60_000 }),
  "missed notice": strike({ missed: true }),
  "cancelled notice": strike({ survives: true }),
  recommendation({ event, instance, fleet, doomed }) {
    if (!isFree(instance)) return;
    doomed.add(instance.id);
    recommend(fleet.world, instance, deliveryOf(event));
  },
  "scale-in": (happening) => {
    const { member } = happening.instance;
    if (member && member.group.desired > 0) setDesired(happening, member.group.desired - 1);
  },
  "a person sets desired capacity": (happening) => {
    const group = happening.fleet.groups.get(happening.event.group);
    if (group !== undefined) setDesired(happening, Math.min(group.max, group.desired + 1));
  },
  "a person puts it on standby": ({ instance, fleet, people }) => {
    const { member } = instance;
    if (member?.state !== "InService") return;
    setStandby(fleet.world, instance.id, true);
    people.desired.set(member.group, member.group.desired);
  },
  "a person deregisters it": ({ instance, fleet, people }) => {
    const target = [...instance.targets].find((one) => one.service === null && one.state !== "draining");
    if (target === undefined) return;
    people.deregistered.add(target);
    deregisterTarget(fleet.world, target);
  },
  "a person sets it DRAINING": ({ instance, fleet, people }) => {
    const { containerInstance } = instance;
    if (containerInstance?.status !== "ACTIVE") return;
    people.drained.add(instance.id);
    setContainerState(fleet.world, containerInstance, "DRAINING");
  },
  ...ECS_HAPPENINGS,
  "no more Spot capacity": ({ instance: { region } }) => {
    const types = new Set([...region.groups.values()].flatMap((group) => group.types));
    for (const zone of region.zones) for (const type of types) region.pools.set(`${zone.name}/${type}/spot`, 0);
  },
};

/** Whether it can still have a notice of Spot. */
const isFree = ({ purchase, notice }: Instance): boolean => purchase === "spot" && notice === null;

const deliveryOf = ({ late, copies }: EventItem): { late: number; duplicates: number } => ({
  late: late * 1_000,
  duplicates: copies,
});

function strike(how: InterruptOptions): (happening: Happening) => void {
  return ({ event, instance, fleet, doomed }) => {
    if (!isFree(instance)) return;
    doomed.add(instance.id);
    interrupt(fleet.world, instance.id, { ...deliveryOf(event), ...how });
  };
}

function setDesired({ event, fleet: { world, groups }, people }: Happening, desired: number): void {
  const group = groups.get(event.group);
  if (group === undefined) return;
  group.desired = desired;
  people.desired.set(group, desired);
  for (const listener of world.listeners.groupChanged) listener(group);
}
