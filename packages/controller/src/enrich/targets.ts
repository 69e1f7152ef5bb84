import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { EcsService, EcsTask } from "../aws/calls/ecs.ts";
import type { Place } from "../aws/ask.ts";
import type { Target, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import { nameOf, serviceId } from "../inventory/ids.ts";
import type { Known } from "../inventory/inventory.ts";
import type { TargetFact } from "./facts.ts";
import type { Reader } from "./reader.ts";
import { byTargetId } from "./targets-by-id.ts";
import { type DoomedAddresses, doomedAddresses, isDoomedAddress, networkOf, registeredOf } from "./registered.ts";
import { type Storm, tasksOfService } from "./storm/storm.ts";
import type { ServiceTasks } from "./storm/tally.ts";
import { targetGroupsOf } from "../inventory/target-groups.ts";

/** Maximum age of a health list that proves that a target is not registered. */
const UNLISTED_WITHIN: Ms = 60_000;

export interface TargetInput {
  readonly place: Place | null;
  readonly instance: Ec2Instance | null;
  /** Null for a Fargate task. */
  readonly instanceId: string | null;
  readonly group: AutoScalingGroup | null;
  readonly tasks: readonly EcsTask[];
  readonly services: readonly EcsService[];
  readonly storm: Storm;
  readonly doomed: ReadonlySet<string>;
  readonly now: Ms;
}

/** Why one target group is searched, and the subject's possible targets in it. */
interface Lead {
  readonly ids: Set<string>;
  /**
   * Targets to deregister if the health list is not known: to deregister a target that is not registered has no effect.
   */
  readonly unseen: Target[];
  /** The storm's tasks of each service that uses the target group. */
  readonly services: Set<ServiceTasks>;
}

/**
 * Returns the subject's load-balancer targets: by its group, by the services of its tasks, and by all target groups
 * that are known to contain its instance id or (in the same VPC) one of its addresses.
 */
export function targetsOf(read: Reader, input: TargetInput): readonly TargetFact[] {
  const leads = new Map<string, Lead>();
  const lead = (arn: string): Lead => {
    const had = leads.get(arn) ?? { ids: new Set<string>(), unseen: [], services: new Set<ServiceTasks>() };
    leads.set(arn, had);
    return had;
  };
  byGroup(input, lead);
  for (const service of input.services) byService(read, input, service, lead);
  if (input.instanceId !== null) {
    const { place, instanceId, instance } = input;
    for (const one of registeredOf(read.inventory, place, instanceId, instance))
      lead(one.targetGroupArn).ids.add(one.id);
  }
  return [...leads].flatMap(([arn, one]) => inGroup(read, input, arn, one));
}

function byGroup({ group, instanceId }: TargetInput, lead: (arn: string) => Lead): void {
  if (group === null || instanceId === null) return;
  for (const arn of targetGroupsOf(group)) {
    const one = lead(arn);
    one.ids.add(instanceId);
    // Null: the port of the target group, since Auto Scaling registers without a port.
    one.unseen.push({ id: instanceId, port: null });
  }
}

function byService(
  read: Reader,
  { tasks, instanceId, storm }: TargetInput,
  service: EcsService,
  lead: (arn: string) => Lead,
): void {
  const id = serviceId(service.clusterArn, service.name);
  const own = tasksOfService(tasks, service);
  if (own.length === 0) return;
  const unknown = own.filter((task) => lacksAddress(task)).length;
  if (unknown > 0 && service.targets.length > 0)
    read.note("targets", `${service.name}: ECS names no address of ${unknown} of its tasks`);
  for (const { targetGroupArn, containerPort, pairedWith } of service.targets) {
    const pair = pairedWith === undefined ? undefined : read.inventory.get("health", pairedWith)?.value;
    const one = lead(targetGroupArn);
    const taken = storm.get(id);
    if (taken !== undefined) one.services.add(taken);
    for (const task of own) {
      for (const address of task.privateAddresses) {
        one.ids.add(address);
        // A target that is listed in the paired target group is not in this one: an undo would register it here.
        if (pair === undefined || !byTargetId(pair).has(address)) one.unseen.push({ id: address, port: containerPort });
      }
      if (task.ownInterface || instanceId === null) continue;
      // Bridge and host network mode: the instance is the target. If a task has several ports, only the health list
      // shows which one is used.
      one.ids.add(instanceId);
      const [port, ...more] = task.hostPorts ?? [];
      if (port !== undefined && more.length === 0 && pair === undefined) one.unseen.push({ id: instanceId, port });
    }
  }
}

/** Whether the task is registered by an address that is not known. */
const lacksAddress = ({ ownInterface, privateAddresses, lastStatus }: EcsTask): boolean =>
  ownInterface && privateAddresses.length === 0 && lastStatus === "RUNNING";

function inGroup(read: Reader, input: TargetInput, arn: string, lead: Lead): readonly TargetFact[] {
  const health = read.need("health", arn, "targets", nameOf(arn.split("/").slice(0, -1).join("/")));
  const attributes = read.known("attributes", arn)?.value ?? null;
  const going: Counting = {
    doomed: input.doomed,
    addresses: doomedAddresses(read.inventory, input.doomed),
    network: networkOf(read.inventory, input.place, arn),
    services: [...lead.services],
  };
  const healthyElsewhere = health === undefined ? null : countElsewhere(health.value, going);
  const fact = (target: Target, state: TargetHealth["state"] | null): TargetFact => ({
    targetGroupArn: arn,
    id: target.id,
    port: target.port,
    // The API does not accept a zone for instances; the load balancer finds it.
    ...(target.availabilityZone && !target.id.startsWith("i-") ? { availabilityZone: target.availabilityZone } : {}),
    ...(target.quicServerId ? { quicServerId: target.quicServerId } : {}),
    state,
    attributes,
    healthyElsewhere,
  });
  const listed = [...lead.ids].flatMap((id) => (health === undefined ? [] : (byTargetId(health.value).get(id) ?? [])));
  if (listed.length > 0) return listed.map((target) => fact(target, target.state));
  return isSure(health, input.now) ? [] : lead.unseen.map((target) => fact(target, null));
}

const isSure = (health: Known<"health"> | undefined, now: Ms): boolean =>
  health !== undefined && now - health.observedAt <= UNLISTED_WITHIN;

/** Targets that do not count as healthy elsewhere. */
interface Counting {
  readonly doomed: ReadonlySet<string>;
  readonly addresses: DoomedAddresses;
  /** VPC of the target group. */
  readonly network: string | null;
  readonly services: readonly ServiceTasks[];
}
/** Cached, because all incidents of a storm that share a target group need the same count. */
const counted = new WeakMap<readonly TargetHealth[], Counting & { readonly count: number }>();

function countElsewhere(health: readonly TargetHealth[], going: Counting): number {
  const { doomed, addresses, network, services } = going;
  const had = counted.get(health);
  if (had?.doomed === doomed && had.addresses === addresses && had.network === network && equal(had.services, services))
    return had.count;
  const safe = health.filter(
    (target) =>
      target.state === "healthy" &&
      target.shifted !== true &&
      !doomed.has(target.id) &&
      !isDoomedAddress(addresses, network, target) &&
      !services.some(({ doomedAddresses }) => doomedAddresses.has(target.id)),
  );
  counted.set(health, { ...going, count: safe.length });
  return safe.length;
}

const equal = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);
