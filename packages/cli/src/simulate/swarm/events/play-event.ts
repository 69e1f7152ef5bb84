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
import type { EventItem, EventKind } from "../dimensions/events.ts";
import { PLAY_ECS_EVENT } from "./play-ecs-event.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";

/** What people did, and what must stay so. */
export interface ByPeople {
  /** Targets that a person deregistered, and when. */
  readonly deregistered: Map<Target, Ms>;
  /** Ids of instances that a person set DRAINING. */
  readonly drained: Set<string>;
  /** Ids of instances that a person detached from their group. */
  readonly detached: Set<string>;
  /** Desired capacity of groups, as a person or managed scaling by ECS set it last. */
  readonly desired: Map<Group, number>;
  /** Maximum size of groups, as a person set it last. */
  readonly maximum: Map<Group, number>;
}

export interface EventContext {
  readonly event: EventItem;
  /** A running instance. */
  readonly instance: Instance;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
}

/** Plays each kind of event in the simulator. */
export const PLAY_EVENT: { readonly [kind in EventKind]: (context: EventContext) => void } = {
  warning: interruptWith({}),
  "warning after a recommendation": (context) => {
    if (isFree(context.instance)) interruptWith({ rebalanceLead: 60_000 })(context);
  },
  "missed notice": interruptWith({ missed: true }),
  "cancelled notice": interruptWith({ survives: true }),
  recommendation({ event, instance, fleet }) {
    if (isFree(instance)) recommend(fleet.world, instance, deliveryOf(event));
  },
  "scale-in": (context) => {
    const { member } = context.instance;
    if (member && member.group.desired > 0) setDesired(context, member.group.desired - 1);
  },
  "a person sets desired capacity": (context) => {
    const group = context.fleet.groups.get(context.event.group);
    if (group !== undefined) setDesired(context, Math.min(group.max, group.desired + 1));
  },
  "a person puts it on standby": putAside,
  "a person deregisters it": deregisterOne,
  "a person quarantines it": (context) => {
    deregisterOne(context);
    putAside(context);
  },
  "a person detaches it": ({ instance, fleet, people }) => {
    const { member } = instance;
    if (member?.state !== "InService") return;
    people.detached.add(instance.id);
    detachMembers(fleet.world, member.group, [instance.id], false);
  },
  // TerminateInstances: the group notices it by a health check.
  "a person terminates it": ({ instance, fleet }) => {
    // EC2 refuses this for instances that ECS manages:
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
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
  // A maximum below desired capacity lowers desired capacity too:
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
  "a person lowers the maximum": (context) => {
    const group = context.fleet.groups.get(context.event.group);
    if (group === undefined || group.desired === 0) return;
    group.max = group.desired - 1;
    context.people.maximum.set(group, group.max);
    setDesired(context, group.max);
  },
  "a scaling policy takes several away": (context) => {
    const group = context.fleet.groups.get(context.event.group);
    if (group !== undefined) setDesired(context, Math.max(0, group.desired - 2));
  },
  "an instance refresh begins": ({ event, fleet }) => {
    const group = fleet.groups.get(event.group);
    // A group can have one at a time:
    // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    if (group !== undefined && group.refreshes.every(({ endTime }) => endTime !== null))
      startRefresh(fleet.world, group);
  },
  "warnings of its whole pool": (context) => {
    const { region, zone, type } = context.instance;
    for (const instance of region.instances.values())
      if (instance.state === "running" && instance.zone === zone && instance.type === type)
        interruptWith({})({ ...context, instance });
  },
  // The youngest instance in service: a replacement of another one, if there was a replacement.
  "warning of a newcomer": (context) => {
    const members = [...(context.fleet.groups.get(context.event.group)?.members.values() ?? [])];
    const [newest] = members
      .filter(({ state, instance }) => state === "InService" && isFree(instance))
      .toSorted((one, other) => other.instance.launchTime - one.instance.launchTime);
    if (newest !== undefined) interruptWith({})({ ...context, instance: newest.instance });
  },
  "a person sets it DRAINING": ({ instance, fleet, people }) => {
    const { containerInstance } = instance;
    // assumed: nobody drains instances that ECS manages.
    if (containerInstance?.status !== "ACTIVE" || instance.managedBy !== null) return;
    people.drained.add(instance.id);
    setContainerState(fleet.world, containerInstance, "DRAINING");
  },
  ...PLAY_ECS_EVENT,
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

function putAside({ instance, fleet, people }: EventContext): void {
  const { member } = instance;
  if (member?.state !== "InService") return;
  setStandby(fleet.world, instance.id, true);
  people.desired.set(member.group, member.group.desired);
}

function deregisterOne({ instance, fleet, people }: EventContext): void {
  const target = [...instance.targets].find((one) => one.service === null && one.state !== "draining");
  if (target === undefined) return;
  people.deregistered.set(target, fleet.world.clock.now());
  deregisterTarget(fleet.world, target);
}

/** Returns true for a Spot Instance without any notice. */
const isFree = ({ purchase, notice }: Instance): boolean => purchase === "spot" && notice === null;

/** Returns true if EC2 can still send a warning: there was no notice, or only a recommendation. */
const canBeWarned = ({ purchase, notice }: Instance): boolean =>
  purchase === "spot" && (notice === null || (notice.warnedAt === null && notice.reclaimAt === null));

const deliveryOf = ({ late, copies }: EventItem): { late: number; duplicates: number } => ({
  late: late * 1_000,
  duplicates: copies,
});

function interruptWith(how: InterruptOptions): (context: EventContext) => void {
  return ({ event, instance, fleet }) => {
    if (canBeWarned(instance)) interrupt(fleet.world, instance.id, { ...deliveryOf(event), ...how });
  };
}

function setDesired({ event, fleet: { world, groups }, people }: EventContext, desired: number): void {
  const group = groups.get(event.group);
  if (group === undefined || group.region.groups.get(group.name) !== group) return;
  group.desired = desired;
  people.desired.set(group, desired);
  for (const listener of world.listeners.groupChanged) listener(group);
}
