/** AWS Cloud Map: the operations that Spotkeeper uses. */
import { addDiscovered, beginDiscovery, operationOn, removeDiscovered } from "../fleet/targets/cloud-map.ts";
import { reader, type Reader, type Refuse } from "../fleet/api/input.ts";
import { paginate } from "../fleet/api/page.ts";
import { regionOf } from "../fleet/region.ts";
import type { World } from "../fleet/state.ts";
import type { DiscoveryOperation, DiscoveryService } from "../fleet/targets/traffic-state.ts";
import type { CallContext, JsonObject, Operation, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";

const service = "servicediscovery";
const refuse: Refuse = (message) => new AwsError("InvalidInput", message);
const notFound = (code: string, message: string): AwsError => new AwsError(code, message, 404);
const timestamp: Shape = { type: "timestamp" };

/** Finds a service by id or ARN: https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html */
const needService = (world: World, ctx: CallContext, read: Reader): DiscoveryService => {
  const given = read.needText("ServiceId");
  const found = regionOf(world, ctx.account, ctx.region).discoveryServices.get(given.slice(given.lastIndexOf("/") + 1));
  if (!found) throw notFound("ServiceNotFound", `No service with ID ${given}`);
  return found;
};

const pageOf = <T>(read: Reader, all: readonly T[]): ReturnType<typeof paginate<T>> => {
  const size = read.number("MaxResults") ?? 100;
  if (size < 1 || size > 100) throw refuse("MaxResults must be between 1 and 100");
  return paginate(all, size, read.text("NextToken"), () => refuse("The NextToken is not valid"));
};

const listServices: Operation<World> = {
  service,
  name: "ListServices",
  mutating: false,
  output: { Services: { type: "list", of: { type: "structure", fields: { CreateDate: timestamp } } } },
  run: (world, input, ctx) => {
    const page = pageOf(reader(input, refuse), [
      ...regionOf(world, ctx.account, ctx.region).discoveryServices.values(),
    ]);
    const Services = page.items.map(({ id, arn, name, instances, createdAt }) => ({
      Id: id,
      Arn: arn,
      Name: name,
      InstanceCount: instances.size,
      CreateDate: new Date(createdAt),
    }));
    return { Services, NextToken: page.next };
  },
};

/** The summary has no CreatorRequestId: https://docs.aws.amazon.com/cloud-map/latest/api/API_InstanceSummary.html */
const listInstances: Operation<World> = {
  service,
  name: "ListInstances",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const page = pageOf(read, [...needService(world, ctx, read).instances.values()]);
    const Instances = page.items.map(({ id, attributes }) => ({ Id: id, Attributes: { ...attributes } }));
    return { ResourceOwner: ctx.account, Instances, NextToken: page.next };
  },
};

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetInstance.html */
const getInstance: Operation<World> = {
  service,
  name: "GetInstance",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const id = read.needText("InstanceId");
    const known = needService(world, ctx, read).instances.get(id);
    if (!known) throw notFound("InstanceNotFound", `No instance with ID ${id}`);
    const { creatorRequestId, attributes } = known;
    return { Instance: { Id: id, CreatorRequestId: creatorRequestId, Attributes: { ...attributes } } };
  },
};

/**
 * Fails if an operation on the instance is in progress: "The operation is already in progress" (assumed: for any two
 * operations).
 */
const needIdle = (discovery: DiscoveryService, id: string): void => {
  if (operationOn(discovery, id) !== undefined)
    throw new AwsError("DuplicateRequest", `Another operation on instance ${id} is in progress`, 409);
};

/**
 * The instance is listed until the operation is over (assumed); then it is gone.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html
 */
const deregisterInstance: Operation<World> = {
  service,
  name: "DeregisterInstance",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const discovery = needService(world, ctx, read);
    const instanceId = read.needText("InstanceId");
    if (!discovery.instances.has(instanceId))
      throw notFound("InstanceNotFound", `No instance with ID ${instanceId} in service ${discovery.id}`);
    needIdle(discovery, instanceId);
    world.oracle.effect("deregister", `discovery/${discovery.name}/${instanceId}`);
    const of = { type: "DEREGISTER_INSTANCE", instanceId, creatorRequestId: null } as const;
    const { id } = beginDiscovery(world, discovery, of, () => removeDiscovered(world, discovery, instanceId));
    return { OperationId: id };
  },
};

/**
 * Adds or changes an instance. A repetition with the same CreatorRequestId does nothing (assumed: it returns the first
 * operation).
 */
const registerInstance: Operation<World> = {
  service,
  name: "RegisterInstance",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const discovery = needService(world, ctx, read);
    const instanceId = read.needText("InstanceId");
    const attributes = attributesIn(input["Attributes"]);
    const creatorRequestId = read.text("CreatorRequestId") ?? "";
    const before = [...discovery.region.discoveryOperations.values()].find(
      (one) => creatorRequestId !== "" && one.creatorRequestId === creatorRequestId && one.service === discovery,
    );
    if (before !== undefined) return { OperationId: before.id };
    checkInstance(discovery, instanceId, attributes);
    needIdle(discovery, instanceId);
    world.oracle.effect("register", `discovery/${discovery.name}/${instanceId}`, discovery.instances.has(instanceId));
    const of = { type: "REGISTER_INSTANCE", instanceId, creatorRequestId } as const;
    const { id } = beginDiscovery(world, discovery, of, () =>
      addDiscovered(world, discovery, { id: instanceId, attributes, creatorRequestId }),
    );
    return { OperationId: id };
  },
};

function attributesIn(value: JsonObject[string]): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse("Attributes is required");
  const pairs = Object.entries(value);
  for (const [key, text] of pairs) if (typeof text !== "string") throw refuse(`Attribute ${key} must be a string`);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

/** Instances in a service: https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html */
const MOST_INSTANCES = 1_000;
const MOST_CUSTOM = 30;
const MOST_CHARACTERS = 5_000;

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
function checkInstance(discovery: DiscoveryService, id: string, attributes: Readonly<Record<string, string>>): void {
  if (id.length > 64 || !/^[0-9a-zA-Z_/:.@-]+$/.test(id)) throw refuse(`InstanceId ${id} is not valid`);
  const names = Object.keys(attributes);
  const size = Object.entries(attributes).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > MOST_CHARACTERS) throw refuse(`Attributes must not exceed ${MOST_CHARACTERS} characters`);
  if (names.some((name) => name.length > 255 || (attributes[name] ?? "").length > 1_024))
    throw refuse("An attribute is too long");
  if (names.filter((name) => !name.startsWith("AWS_")).length > MOST_CUSTOM)
    throw refuse(`At most ${MOST_CUSTOM} custom attributes`);
  const beside = names.filter((name) => name !== "AWS_EC2_INSTANCE_ID" && name !== "AWS_INIT_HEALTH_STATUS");
  // "If the AWS_EC2_INSTANCE_ID attribute is specified, then the only other attribute that can be specified is …"
  if (names.includes("AWS_EC2_INSTANCE_ID") && beside.length > 0)
    throw refuse(`AWS_EC2_INSTANCE_ID cannot be specified with ${beside.join(", ")}`);
  if (names.includes("AWS_ALIAS_DNS_NAME") && names.some((name) => name.startsWith("AWS_INSTANCE_")))
    throw refuse("AWS_ALIAS_DNS_NAME cannot be specified with AWS_INSTANCE attributes");
  if (!discovery.instances.has(id) && discovery.instances.size >= MOST_INSTANCES)
    throw new AwsError("ResourceLimitExceeded", `At most ${MOST_INSTANCES} instances in a service`);
}

const getOperation: Operation<World> = {
  service,
  name: "GetOperation",
  mutating: false,
  output: { Operation: { type: "structure", fields: { CreateDate: timestamp, UpdateDate: timestamp } } },
  run: (world, input, ctx) => {
    const id = reader(input, refuse).needText("OperationId");
    const found = regionOf(world, ctx.account, ctx.region).discoveryOperations.get(id);
    if (!found) throw notFound("OperationNotFound", `No operation with ID ${id}`);
    return { Operation: renderOperation(found) };
  },
};

const renderOperation = (operation: DiscoveryOperation): JsonObject => ({
  Id: operation.id,
  Type: operation.type,
  Status: operation.status,
  CreateDate: new Date(operation.createdAt),
  UpdateDate: new Date(operation.updatedAt),
  Targets: { SERVICE: operation.service.id, INSTANCE: operation.instanceId },
});

export const cloudMapOperations: readonly Operation<World>[] = [
  listServices,
  listInstances,
  getInstance,
  deregisterInstance,
  registerInstance,
  getOperation,
];
