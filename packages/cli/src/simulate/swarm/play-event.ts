import {
  deleteGroup,
  deregisterTarget,
  detachMembers,
  endInstance,
  endMember,
  type Group,
  interrupt,
  type InterruptOptions,
  type Instance,
  type Ms,
  recommend,
  setContainerState,
  setStandby,
  startRefresh,
  type Target,
} from "@spotkeeper/simulator";
import type { EventItem, EventKind } from "./dimensions/events.ts";
import { ECS_HAPPENINGS } from "./ecs-happenings.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";

/** What people did, which must stay as they left it. */
export interface ByPeople {
  /** Targets that a person deregistered, and when. */
  readonly deregistered: Map<Target, Ms>;
  /** Instances that a person set DRAINING. */
  readonly drained: Set<string>;
  /** Instances that a person detached from their group. */
  readonly detached: Set<string>;
  /** Desired capacity of groups as a person, or managed scaling by ECS, set it last. */
  readonly desired: Map<Group, number>;
  /** The maximum size of groups, as a person set it last. */
  readonly maximum: Map<Group, number>;
}

export interface Happening {
  readonly event: EventItem;
  /** Runs. */
  readonly instance: Instance;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
}

/** How each kind of event comes about in the simulator. */
export const HAPPENINGS: { readonly [kind in EventKind]: (happening: Happening) => void } = {
  warning: strike({}),
  "warning after a recommendation": (happening) => {
    if (isFree(happening.instance)) strike({ rebalanceLead: 60_000 })(happening);
  },
  "missed notice": strike({ missed: true }),
  "cancelled notice": strike({ survives: true }),
  recommendation({ event, instance, fleet }) {
    if (isFree(instance)) recommend(fleet.world, instance, deliveryOf(event));
  },
  "scale-in": (happening) => {
    const { member } = happening.instance;
    if (member && member.group.desired > 0) setDesired(happening, member.group.desired - 1);
  },
  "a person sets desired capacity": (happening) => {
    const group = happening.fleet.groups.get(happening.event.group);
    if (group !== undefined) setDesired(happening, Math.min(group.max, group.desired + 1));
  },
  "a person puts it on standby": putAside,
  "a person deregisters it": deregisterOne,
  "a person quarantines it": (happening) => {
    deregisterOne(happening);
    putAside(happening);
  },
  "a person detaches it": ({ instance, fleet, people }) => {
    const { member } = instance;
    if (member?.state !== "InService") return;
    people.detached.add(instance.id);
    detachMembers(fleet.world, member.group, [instance.id], false);
  },
  // TerminateInstances: its group learns of it by a health check.
  "a person terminates it": ({ instance, fleet }) => {
    // EC2 refuses it of what ECS manages: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
    if (!instance.disableApiTermination && instance.operator === null)
      endInstance(fleet.world, instance, "terminate", BY_A_PERSON);
  },
  "a person has its group terminate it": ({ instance: { member }, fleet }) => {
    if (member?.state === "InService")
      endMember(fleet.world, member, "an instance was taken out of service in response to a user request");
  },
  "a person deletes its group": ({ event, fleet }) => {
    const group = fleet.groups.get(event.group);
    if (group !== undefined) deleteGroup(fleet.world, group);
  },
  // A maximum below desired capacity lowers that, too:
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
  "a person lowers the maximum": (happening) => {
    const group = happening.fleet.groups.get(happening.event.group);
    if (group === undefined || group.desired === 0) return;
    group.max = group.desired - 1;
    happening.people.maximum.set(group, group.max);
    setDesired(happening, group.max);
  },
  "a scaling policy takes several away": (happening) => {
    const group = happening.fleet.groups.get(happening.event.group);
    if (group !== undefined) setDesired(happening, Math.max(0, group.desired - 2));
  },
  "an instance refresh begins": ({ event, fleet }) => {
    const group = fleet.groups.get(event.group);
    // A group has one at a time: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    if (group !== undefined && group.refreshes.every(({ endTime }) => endTime !== null))
      startRefresh(fleet.world, group);
  },
  "warnings of its whole pool": (happening) => {
    const { region, zone, type } = happening.instance;
    for (const instance of region.instances.values())
      if (instance.state === "running" && instance.zone === zone && instance.type === type)
        strike({})({ ...happening, instance });
  },
  // The youngest that serves: what replaced another one, where something did.
  "warning of a newcomer": (happening) => {
    const members = [...(happening.fleet.groups.get(happening.event.group)?.members.values() ?? [])];
    const [newest] = members
      .filter(({ state, instance }) => state === "InService" && isFree(instance))
      .toSorted((one, other) => other.instance.launchTime - one.instance.launchTime);
    if (newest !== undefined) strike({})({ ...happening, instance: newest.instance });
  },
  "a person sets it DRAINING": ({ instance, fleet, people }) => {
    const { containerInstance } = instance;
    // assumed: nobody drains what ECS manages itself.
    if (containerInstance?.status !== "ACTIVE" || instance.managedBy !== null) return;
    people.drained.add(instance.id);
    setContainerState(fleet.world, containerInstance, "DRAINING");
  },
  ...ECS_HAPPENINGS,
  "no more Spot capacity": ({ instance: { region } }) => {
    const types = new Set([...region.groups.values()].flatMap((group) => group.types));
    for (const zone of region.zones) for (const type of types) region.pools.set(`${zone.name}/${type}/spot`, 0);
  },
  "no more Spot capacity in its pool": ({ instance: { region, zone, type } }) => {
    region.pools.set(`${zone.name}/${type}/spot`, 0);
  },
  "Spot capacity again": ({ instance: { region } }) => region.pools.clear(),
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
const BY_A_PERSON = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};

function putAside({ instance, fleet, people }: Happening): void {
  const { member } = instance;
  if (member?.state !== "InService") return;
  setStandby(fleet.world, instance.id, true);
  people.desired.set(member.group, member.group.desired);
}

function deregisterOne({ instance, fleet, people }: Happening): void {
  const target = [...instance.targets].find((one) => one.service === null && one.state !== "draining");
  if (target === undefined) return;
  people.deregistered.set(target, fleet.world.clock.now());
  deregisterTarget(fleet.world, target);
}

/** Whether it had no notice of Spot. */
const isFree = ({ purchase, notice }: Instance): boolean => purchase === "spot" && notice === null;

/** Whether EC2 can still warn of it: nothing has come, or a mere recommendation. */
const canBeWarned = ({ purchase, notice }: Instance): boolean =>
  purchase === "spot" && (notice === null || (notice.warnedAt === null && notice.reclaimAt === null));

const deliveryOf = ({ late, copies }: EventItem): { late: number; duplicates: number } => ({
  late: late * 1_000,
  duplicates: copies,
});

function strike(how: InterruptOptions): (happening: Happening) => void {
  return ({ event, instance, fleet }) => {
    if (canBeWarned(instance)) interrupt(fleet.world, instance.id, { ...deliveryOf(event), ...how });
  };
}

function setDesired({ event, fleet: { world, groups }, people }: Happening, desired: number): void {
  const group = groups.get(event.group);
  if (group === undefined || group.region.groups.get(group.name) !== group) return;
  group.desired = desired;
  people.desired.set(group, desired);
  for (const listener of world.listeners.groupChanged) listener(group);
}
