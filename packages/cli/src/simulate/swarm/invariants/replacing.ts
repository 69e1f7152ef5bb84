import type { Call, Group, Instance, Target } from "@spotkeeper/simulator";
import type { Ended, Scene } from "./scene.ts";
import type { Family } from "./family.ts";
import { isUndisturbed } from "./in-time.ts";
import { isRouted } from "./routed.ts";
import { isUnwarned } from "./unwarned.ts";

const RULES = "early replacement keeps to its rules";

/** The rules of docs/drain.md, "Early replacement". */
export const replacing: Family = {
  names: [RULES],
  watch(scene, note) {
    scene.simulator.onCall((call, phase) => {
      if (phase !== "before") return;
      for (const what of brokenBy(call, scene)) note(RULES, what);
    });
    return {};
  },
  atEnd: { "a replacement that serves is seen": notSeen },
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

function brokenBy({ operation, account, region: name, input }: Call, scene: Scene): string[] {
  const region = scene.fleet.regions.find((one) => one.account === account && one.name === name);
  const instanceOf = (id: string): Instance[] => {
    const instance = region?.instances.get(id);
    return instance === undefined ? [] : [instance];
  };
  switch (operation) {
    case "DetachInstances": {
      const group = region?.groups.get(text(input["AutoScalingGroupName"]));
      const leaving = texts(input["InstanceIds"]).flatMap(instanceOf);
      return group === undefined ? [] : leaving.flatMap((one) => detached(one, group, leaving, scene));
    }
    case "TerminateInstanceInAutoScalingGroup":
      return instanceOf(text(input["InstanceId"])).flatMap((one) =>
        retired(one, input["ShouldDecrementDesiredCapacity"] === true, scene),
      );
    default:
      return [];
  }
}

function detached(one: Instance, group: Group, leaving: readonly Instance[], scene: Scene): string[] {
  const last = group.targetGroups.find((to) => isLastOf(one, [...to.targets.values()].filter(serves), leaving));
  return [
    ...(isOnlyRecommended(one, scene) ? [`${one.id} was detached on a mere recommendation`] : []),
    ...(group.suspended.has("Launch") ? [`${one.id} was detached, and ${group.name} may launch nothing`] : []),
    ...(last === undefined ? [] : [`${one.id} was detached, the last healthy target of ${last.name}`]),
  ];
}

const serves = (target: Target): boolean =>
  target.state === "healthy" &&
  target.instance !== null &&
  isRouted(target) &&
  !target.group.region.shiftedZones.has(target.instance.zone.name);

const isLastOf = (one: Instance, healthy: readonly Target[], leaving: readonly Instance[]): boolean =>
  healthy.some(({ instance }) => instance === one) &&
  healthy.every(({ instance }) => instance !== null && leaving.includes(instance));

/** Instances without a notice are ignored: a replacement that never serves is terminated, too. */
function retired(one: Instance, lowers: boolean, scene: Scene): string[] {
  const { member, notice, region } = one;
  if (member?.state !== "InService" || notice === null) return [];
  const { group } = member;
  // With managed termination protection, ECS itself sets and removes the protection.
  const provider = [...region.capacityProviders.values()].find((other) => other.group === group);
  const isProtected = member.protectedFromScaleIn && provider?.managedTerminationProtection !== true;
  return [
    ...(isProtected ? [`${one.id} is protected from scale-in, and was terminated`] : []),
    ...(isOnlyRecommended(one, scene) && isUnreplaced(one, group, lowers)
      ? [`${one.id} was terminated on a mere recommendation, and nothing serves in its place`]
      : []),
  ];
}

const isOnlyRecommended = (one: Instance, scene: Scene): boolean =>
  isUnwarned(one, scene) && one.notice?.reclaimAt === null;

/** Whether nothing was launched since the recommendation, and the group has too few instances without this one. */
function isUnreplaced(one: Instance, group: Group, lowers: boolean): boolean {
  if (group.weights !== null) return false;
  const others = [...group.members.values()].filter(({ instance }) => instance !== one);
  const serving = others.filter(({ state }) => state === "InService").length;
  const isNew = ({ launchTime }: Instance): boolean => launchTime >= (one.notice?.recommendedAt ?? 0);
  return !others.some(({ instance }) => isNew(instance)) && serving < group.desired - (lowers ? 1 : 0);
}

/** A launched instance serves within this time. */
const SERVES_WITHIN = 300_000;

/** Finds incidents that waited for a replacement until their time limit, although their group was complete long before. */
function notSeen({ spec, fleet, incidents, people }: Ended): string[] {
  if (!isUndisturbed(spec)) return [];
  return [...incidents.values()].flatMap(({ subject, labels, steps }) => {
    const watched = steps.find(({ responder, state }) => responder === "verify-replacement" && state === "abandoned");
    const group = fleet.world.instances.get(subject.id)?.region.groups.get(text(labels["group"]));
    if (watched === undefined || watched.settledAt === null || group === undefined || group.members.size === 0)
      return [];
    if (people.desired.has(group) || group.desired !== group.baseline) return [];
    const by = watched.settledAt - SERVES_WITHIN;
    return servesBefore(by, group)
      ? [`${subject.id} was replaced, and the replacement that serves was not seen: ${watched.reason ?? ""}`]
      : [];
  });
}

/** Whether the members of a group at the end were launched before `by`, are as many as desired, and get requests. */
function servesBefore(by: number, group: Group): boolean {
  const members = [...group.members.values()];
  const units = members.reduce((sum, { instance }) => sum + (group.weights?.get(instance.type) ?? 1), 0);
  return (
    units >= group.desired &&
    !group.suspended.has("AddToLoadBalancer") &&
    members.every(({ state, instance }) => state === "InService" && instance.launchTime < by) &&
    members.every(({ instance }) => group.targetGroups.every((to) => isServed(to, instance))) &&
    group.classicLoadBalancers.length + group.latticeTargetGroups.length === 0
  );
}

/** A target group that no load balancer uses does not count. */
function isServed({ loadBalancers, targets, port }: Group["targetGroups"][number], { id }: Instance): boolean {
  if (loadBalancers.length === 0) return true;
  const target = targets.get(`${id}:${port}`);
  return target !== undefined && serves(target);
}
