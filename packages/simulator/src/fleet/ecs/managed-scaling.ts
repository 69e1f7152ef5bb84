import type { CapacityProvider, PendingTasks } from "./state.ts";
import type { Group } from "../groups/group-state.ts";
import { isActive } from "../groups/group-launch.ts";
import { later } from "../later.ts";
import { sizeOf } from "./sizes.ts";
import type { World } from "../state.ts";

/**
 * Managed scaling, as far as AWS documents it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html M instances are needed:
 * those with tasks other than daemons, and those for tasks without room. The target is 100 %, so desired capacity
 * becomes M: at the next data point if it is too small, after fifteen data points if it is too large, then by at most a
 * half each minute.
 */
const POINT = 60_000;
const LOW_POINTS = 15;

/** Checks a provider at the next data point, only once for any number of changes. */
export const checkScalingSoon = (world: World, provider: CapacityProvider): void => {
  const { group } = provider;
  if (!provider.managedScaling || group === null || provider.cancelLook !== null) return;
  provider.cancelLook = later(world, POINT, () => {
    provider.cancelLook = null;
    check(world, provider, group);
  });
};

const check = (world: World, provider: CapacityProvider, group: Group): void => {
  // A target tracking policy acts on alarms:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
  if (group.region.groups.get(group.name) !== group || group.suspended.has("AlarmNotification")) return;
  const needed = Math.max(group.min, Math.min(group.max, neededBy(provider, group)));
  provider.low = needed < group.desired ? provider.low + 1 : 0;
  if (needed > group.desired) setDesired(world, group, needed);
  else if (provider.low >= LOW_POINTS)
    setDesired(world, group, Math.max(needed, group.desired - Math.max(1, Math.floor(group.desired / 2))));
  if (provider.low > 0 || provider.pending.size > 0) checkScalingSoon(world, provider);
};

const setDesired = (world: World, group: Group, desired: number): void => {
  if (desired === group.desired) return;
  group.desired = desired;
  for (const listener of world.listeners.scaledByEcs) listener(group);
  for (const listener of world.listeners.groupChanged) listener(group);
};

/** Returns M. "A container instance is considered empty" if only daemons run on it. */
const neededBy = ({ pending }: CapacityProvider, group: Group): number => {
  const busy = [...group.members.values()].filter(
    (member) =>
      isActive(member) &&
      [...(member.instance.containerInstance?.tasks ?? [])].some(({ service }) => service?.strategy !== "DAEMON"),
  );
  const waiting = [...pending.values()].filter(({ service }) => service.status === "ACTIVE");
  return busy.length + waiting.reduce((sum, some) => sum + instancesFor(some, group), 0);
};

/**
 * Returns the instances that waiting tasks need. assumed: of the group's first type, each kind of task counted
 * separately.
 */
const instancesFor = ({ count, definition }: PendingTasks, { types }: Group): number => {
  const { cpu, memory } = sizeOf(types[0] ?? "");
  const { hostPort } = definition;
  const each = hostPort === null ? Math.floor(Math.min(cpu / definition.cpu, memory / definition.memory)) : 1;
  return Math.ceil(count / Math.max(1, each));
};

/** Removes the waiting tasks of a service or task set from all providers. */
export const forgetPending = (providers: readonly CapacityProvider[], of: object): void => {
  for (const { pending } of providers) pending.delete(of);
};
