import { containersOf, type Instance, type LifecycleAction, type Ms } from "@spotkeeper/simulator";
import { awsNameOf } from "../dimensions/places.ts";
import { allOf } from "../swarm-policy.ts";
import type { Ended, Scene } from "./scene.ts";
import { type Family, isCalm, isForAPerson, isTheirs, MAY_DEREGISTER, MAY_DRAIN } from "./family.ts";
import { NOTICE } from "./world-record.ts";
import type { SwarmWorld } from "../world.ts";

const TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING";
const AFTER = "hooks are answered after the work is over";
const IN_TIME = "a hook of ours that nothing keeps waiting is answered in time";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Our hooks are completed with CONTINUE after the work is over; other hooks are never completed. */
export const hooks: Family = {
  names: [AFTER, IN_TIME],
  watch(scene, note) {
    const held = new Map<string, Ms>();
    const { world } = scene.fleet;
    world.listeners.action.push((action) => {
      const { member, startedAt, timeoutAt, hook } = action;
      if (hook.transition === TERMINATING) held.set(`${hook.name} ${member.instance.id}`, startedAt);
      if (!isWaitedForByNobody(action, scene)) return;
      world.clock.setTimer(timeoutAt, () => {
        if (isCalm(scene, startedAt, timeoutAt) && !isOver(action, scene))
          note(IN_TIME, `${hook.name} of ${member.group.name} held ${member.instance.id} to its time-out`);
      });
    });
    scene.simulator.onCall((call, phase) => {
      if (phase !== "before" || call.operation !== "CompleteLifecycleAction") return;
      const hook = text(call.input["LifecycleHookName"]);
      const instance = world.instances.get(text(call.input["InstanceId"]));
      const since = instance === undefined ? undefined : held.get(`${hook} ${instance.id}`);
      if (instance?.state !== "running" || since === undefined || instance.member?.actions.has(hook) !== true) return;
      for (const what of workLeft(instance, since, scene)) note(AFTER, `${hook} of ${instance.id}: ${what}`);
    });
    return {};
  },
  atEnd: {
    "hooks of ours are answered": (ended) =>
      ended.fleet.world.oracle
        .leftovers()
        .openActions.filter(({ hook }) => ended.fleet.ourHooks.has(hook) && MAY_ANSWER.has(ended.spec.policy.may))
        .filter(() => !isNeverAllowed(ended.spec, "CompleteLifecycleAction"))
        .filter(({ instanceId }) => !isTheirs(ended, instanceId) && !isDenied(ended, instanceId))
        .map(({ group, hook, instanceId }) => `${hook} of ${group} still holds ${instanceId}`),
  },
};

/** Returns the work that still goes on although there is time for it. What AWS does not tell is not counted. */
function workLeft(instance: Instance, since: Ms, { spec, fleet, policy }: Scene): string[] {
  const margin = Math.max(...allOf(policy, "margin"));
  const drainWithin = Math.min(...allOf(policy, "drainWithin"));
  const holdHooks = Math.min(...allOf(policy, "holdHooks"));
  const now = fleet.world.clock.now();
  const warnedAt = instance.notice?.warnedAt ?? null;
  const ends = warnedAt === null ? since + drainWithin : warnedAt + NOTICE;
  // The warning's time is in whole seconds.
  if (spec.faults.length > 0 || now >= ends - margin - 1_000) return [];
  const tasks = MAY_DRAIN.has(spec.policy.may)
    ? containersOf(instance).flatMap((one) => [...one.tasks].filter(({ service }) => service?.strategy !== "DAEMON"))
    : [];
  const targets = MAY_DEREGISTER.has(spec.policy.may) ? [...instance.targets] : [];
  return [
    ...(tasks.length === 0 ? [] : [`${tasks.length} tasks are not over, ${(ends - now) / 1_000} s before its end`]),
    ...(targets.length === 0
      ? []
      : [`connections to ${targets.length} targets are not over, ${(ends - now) / 1_000} s before its end`]),
    ...(isUnseen(instance, { spec, policy }) && now < Math.min(since + holdHooks, ends - margin)
      ? [`it was held for ${(now - since) / 1_000} s, not for the ${holdHooks / 1_000} s of the policy`]
      : []),
  ];
}

/**
 * Returns true if nothing shows when the work on the instance is over: it is in no cluster and no target group, and no
 * command is run on it.
 */
function isUnseen({ member }: Instance, { spec: { groups, byHand }, policy }: Pick<Scene, "spec" | "policy">): boolean {
  if (allOf(policy, "ssm").some((command) => command !== null)) return false;
  const group = groups.find(({ name }) => name === member?.group.name);
  if (group === undefined) return false;
  return group.cluster === null && group.targetGroups.length === 0 && !byHand.some((one) => one.group === group.name);
}

/** Whether an instance is gone when its hook asks, or has just been launched: then there is nothing to wait for. */
function isWaitedForByNobody({ hook, member }: LifecycleAction, { spec, fleet, policy }: Scene): boolean {
  const { group, instance } = member;
  const isGone = instance.state !== "running" && instance.state !== "pending";
  const isLaunched = hook.transition !== TERMINATING && member.state === "Pending:Wait";
  // Whose a newcomer is, is not asked where tags and marks decide it; and messages can be held until others have come.
  const isOurs = !policy.tag.required && !spec.owners.some((one) => awsNameOf(one.group) === group.name);
  return (
    (isGone || isLaunched) &&
    isOurs &&
    fleet.ourHooks.has(hook.name) &&
    MAY_ANSWER.has(spec.policy.may) &&
    spec.messages.length === 0
  );
}

/** Whether it was answered; or its instance, or its group, went before. */
const isOver = ({ token, member: { group, instance } }: LifecycleAction, { fleet }: Scene): boolean =>
  group.region.groups.get(group.name) !== group ||
  !group.members.has(instance.id) ||
  fleet.world.oracle.effects().some(({ kind, key }) => kind === "complete-lifecycle-action" && key === token);

/**
 * Whether the group has an operator, which alone may change it, and people were told that the hook could not be
 * completed. Spotkeeper tries it only if the policy says `handsOn`:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html (Operator)
 */
const isDenied = ({ fleet, told, refused }: Ended, instanceId: string): boolean =>
  (fleet.world.instances.get(instanceId)?.member?.group.operator ?? null) !== null &&
  [...told, ...refused].some(({ members }) => members.some((one) => one.subject === instanceId && isForAPerson(one)));

const MAY_ANSWER: ReadonlySet<string> = new Set(["everything", "not deregister", "not drain"]);

/** Returns true if AWS denies the operation each time. */
const isNeverAllowed = ({ faults }: SwarmWorld, operation: string): boolean =>
  faults.some((fault) => fault.operation === operation && fault.times === null);
