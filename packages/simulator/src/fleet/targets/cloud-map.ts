import { removeRegistration, setOpen } from "./classic-load-balancer.ts";
import { later } from "../later.ts";
import { arn } from "../region.ts";
import type { Instance, Region, World } from "../state.ts";
import type { DiscoveryInstance, DiscoveryOperation, DiscoveryService } from "./traffic-state.ts";

export const createDiscoveryService = (world: World, region: Region, name: string): DiscoveryService => {
  const id = `srv-${world.random.hex(16)}`;
  const service: DiscoveryService = {
    id,
    arn: arn(region, "servicediscovery", `service/${id}`),
    name,
    region,
    createdAt: world.clock.now(),
    instances: new Map(),
  };
  region.discoveryServices.set(id, service);
  return service;
};

export interface DiscoverySpec {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly creatorRequestId: string;
}

/** Returns the EC2 instance that a Cloud Map instance is about, by its attributes. */
const subjectOf = (region: Region, { id, attributes }: Pick<DiscoverySpec, "id" | "attributes">): Instance | null => {
  const named = attributes["AWS_EC2_INSTANCE_ID"] ?? attributes["EC2_INSTANCE_ID"] ?? id;
  return region.instances.get(named) ?? null;
};

/**
 * Adds or changes an instance of a service, at once. With `AWS_EC2_INSTANCE_ID` Cloud Map adds the primary private
 * address: https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
export const addDiscovered = (world: World, service: DiscoveryService, spec: DiscoverySpec): void => {
  const before = service.instances.get(spec.id);
  if (before !== undefined) removeRegistration(world, before);
  const instance = subjectOf(service.region, spec);
  const address =
    spec.attributes["AWS_EC2_INSTANCE_ID"] === undefined || instance === null
      ? {}
      : { AWS_INSTANCE_IPV4: instance.privateIp };
  const made: DiscoveryInstance = {
    ...spec,
    attributes: { ...spec.attributes, ...address },
    name: `discovery/${service.name}/${spec.id}`,
    instance,
    open: true,
    cancelTimer: () => {},
  };
  service.instances.set(spec.id, made);
  setOpen(world, made, true);
};

export const removeDiscovered = (world: World, service: DiscoveryService, id: string): void => {
  const known = service.instances.get(id);
  if (known === undefined) return;
  service.instances.delete(id);
  removeRegistration(world, known);
};

/** Returns the operation in progress for an instance of a service; undefined if there is none. */
export const operationOn = (service: DiscoveryService, id: string): DiscoveryOperation | undefined =>
  [...service.region.discoveryOperations.values()].find(
    (one) => one.service === service && one.instanceId === id && one.status === "SUBMITTED",
  );

/**
 * Starts an operation. Its effect comes when it ends; GetOperation tells when.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html
 */
export const beginDiscovery = (
  world: World,
  service: DiscoveryService,
  of: Pick<DiscoveryOperation, "type" | "instanceId" | "creatorRequestId">,
  effect: () => void,
): DiscoveryOperation => {
  const now = world.clock.now();
  const operation: DiscoveryOperation = {
    ...of,
    id: world.random.uuid(),
    service,
    createdAt: now,
    updatedAt: now,
    status: "SUBMITTED",
  };
  service.region.discoveryOperations.set(operation.id, operation);
  later(world, world.settings.discoveryOperation, () => {
    operation.status = "SUCCESS";
    operation.updatedAt = world.clock.now();
    effect();
  });
  return operation;
};
