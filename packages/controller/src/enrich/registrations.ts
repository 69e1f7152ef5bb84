import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { EcsService, EcsTask } from "../aws/calls/ecs.ts";
import type { Place } from "../aws/ask.ts";
import { nameOf, registryId } from "../inventory/ids.ts";
import type { Facets } from "../inventory/inventory.ts";
import type { Facts } from "./facts.ts";
import type { Reader } from "./reader.ts";
import { classicWith } from "./registered.ts";
import { tasksOfService } from "./storm/storm.ts";

export interface RegistrationInput {
  readonly place: Place | null;
  /** Null for a Fargate task. */
  readonly instanceId: string | null;
  readonly group: AutoScalingGroup | null;
  readonly tasks: readonly EcsTask[];
  readonly services: readonly EcsService[];
}

type Entry = Facets["discovery"][number];

/**
 * Returns the subject's Cloud Map instances. ECS registers a task under its own id, with address and host as
 * attributes: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
export function discoveryOf(read: Reader, input: RegistrationInput): Facts["discovery"] {
  const found = new Map<string, Facts["discovery"][number]>();
  const take = (id: string, list: readonly Entry[], mine: (entry: Entry) => boolean): void => {
    for (const entry of list.filter(mine)) {
      found.set(`${id}/${entry.id}`, { serviceId: id, instanceId: entry.id, attributes: entry.attributes });
    }
  };
  for (const service of input.services) {
    const own = tasksOfService(input.tasks, service);
    const names = new Set(own.flatMap((task) => [nameOf(task.arn), ...task.privateAddresses]));
    for (const arn of service.serviceRegistries) {
      const id = registryId(arn);
      const list = read.need("discovery", id, "discovery", service.name);
      const mine = (entry: Entry): boolean =>
        names.has(entry.id) || isAt(entry, names) || isOn(entry, input.instanceId);
      if (list !== undefined) take(id, list.value, mine);
    }
  }
  if (input.instanceId !== null) {
    // Registrations by other programs, found by the instance id.
    for (const [id, { value }] of read.inventory.entries("discovery")) {
      take(id, value, (entry) => isOn(entry, input.instanceId));
    }
  }
  return [...found.values()];
}

const isAt = ({ attributes }: Entry, addresses: ReadonlySet<string>): boolean =>
  [attributes["AWS_INSTANCE_IPV4"], attributes["AWS_INSTANCE_IPV6"]].some(
    (address) => address !== undefined && addresses.has(address),
  );

const isOn = (entry: Entry, instanceId: string | null): boolean =>
  instanceId !== null &&
  [entry.id, entry.attributes["EC2_INSTANCE_ID"], entry.attributes["AWS_EC2_INSTANCE_ID"]].includes(instanceId);

/**
 * Returns the subject's VPC Lattice targets:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-vpc-lattice.html (traffic source
 * `vpc-lattice`)
 */
export function latticeOf(read: Reader, input: RegistrationInput): Facts["latticeTargets"] {
  const found = new Map<string, Facts["latticeTargets"][number]>();
  const take = (targetGroup: string, ids: ReadonlySet<string>, unseen: readonly string[], service: string): void => {
    const list = read.need("lattice", targetGroup, "targets", service)?.value;
    const listed = list?.filter((target) => ids.has(target.id)) ?? [];
    for (const { id, port } of listed) found.set(`${targetGroup}/${id}/${port}`, { targetGroup, id, port });
    // Without a list the expected targets are returned: to deregister a target that is not registered has no effect.
    if (list === undefined) for (const id of unseen) found.set(`${targetGroup}/${id}`, { targetGroup, id, port: null });
  };
  if (input.group !== null && input.instanceId !== null) {
    const id = input.instanceId;
    for (const arn of latticeOfGroup(input.group)) take(arn, new Set([id]), [id], `group ${input.group.name}`);
  }
  for (const service of input.services) {
    const addresses = tasksOfService(input.tasks, service).flatMap((task) => task.privateAddresses);
    const ids = new Set(input.instanceId === null ? addresses : [...addresses, input.instanceId]);
    for (const targetGroup of service.latticeTargetGroups) take(targetGroup, ids, addresses, service.name);
  }
  return [...found.values()];
}

/**
 * Returns the Classic load balancers of the instance: those of its group and services, and those that are known to
 * contain it.
 */
export function classicOf(read: Reader, { place, group, services, instanceId }: RegistrationInput): readonly string[] {
  if (instanceId === null) return [];
  const ofGroup = group === null ? [] : classicOfGroup(group);
  const ofServices = services.flatMap((one) => one.classicLoadBalancers);
  return [...new Set([...ofGroup, ...ofServices, ...classicWith(read.inventory, place, instanceId)])];
}

const sources = ({ trafficSources }: AutoScalingGroup, type: string): string[] =>
  trafficSources.filter((one) => one.type === type).map((one) => one.identifier);

/** Returns the names of the Classic Load Balancers in which a group registers its instances. */
export const classicOfGroup = (group: AutoScalingGroup): readonly string[] => [
  ...new Set([...group.classicLoadBalancers, ...sources(group, "elb")]),
];

/** Returns the ARNs of the VPC Lattice target groups in which a group registers its instances. */
export const latticeOfGroup = (group: AutoScalingGroup): readonly string[] => sources(group, "vpc-lattice");
