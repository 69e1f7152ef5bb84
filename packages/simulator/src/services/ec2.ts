import type { Instance, InstanceState, Region, World } from "../fleet/state.ts";
import type { JsonObject, Operation, Shape } from "../operation.ts";
import { boolean, flatList, integer, list, named, string, structure } from "../fleet/api/shapes.ts";
import { AwsError } from "../operation.ts";
import { endInstance } from "../fleet/instances.ts";
import { isAlive } from "../fleet/state.ts";
import { paginate } from "../fleet/api/page.ts";
import { reader } from "../fleet/api/input.ts";
import { regionOf } from "../fleet/region.ts";

const refuse = (message: string): AwsError => new AwsError("InvalidParameterValue", message);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const stateOf = (state: InstanceState): JsonObject => ({ Code: stateCodes[state], Name: state });

const describe = (instance: Instance): JsonObject => {
  const gone = instance.state === "terminated";
  return {
    InstanceId: instance.id,
    ImageId: "ami-0123456789abcdef0",
    InstanceType: instance.type,
    LaunchTime: new Date(instance.launchTime),
    State: stateOf(instance.state),
    StateTransitionReason: instance.stateReason?.message ?? "",
    ...(instance.stateReason
      ? { StateReason: { Code: instance.stateReason.code, Message: instance.stateReason.message } }
      : {}),
    Placement: {
      AvailabilityZone: instance.zone.name,
      AvailabilityZoneId: instance.zone.id,
      Tenancy: "default",
    },
    ...(gone ? {} : network(instance)),
    ...(gone || instance.publicIp === null ? {} : { PublicIpAddress: instance.publicIp }),
    ...(instance.purchase === "spot" ? { InstanceLifecycle: "spot" } : {}),
    ...(instance.capacityReservationId === null
      ? {}
      : { CapacityReservationId: instance.capacityReservationId, InstanceLifecycle: "capacity-block" }),
    PlatformDetails: "Linux/UNIX",
    Architecture: "x86_64",
    Tags: [...instance.tags].map(([Key, Value]) => ({ Key, Value })),
    Operator: instance.operator === null ? { Managed: false } : { Managed: true, Principal: instance.operator },
  };
};

/**
 * Describes the network interface, with DNS names as AWS makes them from addresses. A terminated instance has none:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterface.html
 */
const network = ({ id, region, privateIp, secondaryAddresses, vpcId, zone }: Instance): JsonObject => {
  const addresses = [privateIp, ...secondaryAddresses.filter((address) => !address.includes(":"))];
  const domain = region.name === "us-east-1" ? "ec2.internal" : `${region.name}.compute.internal`;
  return {
    PrivateIpAddress: privateIp,
    PrivateDnsName: `ip-${privateIp.replaceAll(".", "-")}.${domain}`,
    SubnetId: zone.subnetId,
    VpcId: vpcId,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: `eni-${id.slice(2)}`,
        SubnetId: zone.subnetId,
        VpcId: vpcId,
        PrivateIpAddress: privateIp,
        PrivateIpAddresses: addresses.map((address, n) => ({ PrivateIpAddress: address, Primary: n === 0 })),
        Ipv6Addresses: secondaryAddresses
          .filter((address) => address.includes(":"))
          .map((Ipv6Address) => ({ Ipv6Address })),
      },
    ],
  };
};

const instanceShape: Shape = structure({
  State: structure({ Code: integer }, "instanceState"),
  StateTransitionReason: named("reason"),
  PublicIpAddress: named("ipAddress"),
  Tags: list(structure({}), "tagSet"),
  NetworkInterfaces: list(
    structure({
      PrivateIpAddresses: list(structure({ Primary: boolean }), "privateIpAddressesSet"),
      Ipv6Addresses: list(structure({}), "ipv6AddressesSet"),
    }),
    "networkInterfaceSet",
  ),
});

/**
 * The filters of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html that Spotkeeper and
 * people at a terminal use.
 */
const filters: Readonly<Record<string, (instance: Instance) => string | undefined>> = {
  "instance-id": ({ id }) => id,
  "instance-state-name": ({ state }) => state,
  "instance-type": ({ type }) => type,
  "instance-lifecycle": ({ purchase }) => (purchase === "spot" ? "spot" : undefined),
  "availability-zone": ({ zone }) => zone.name,
  "capacity-reservation-id": ({ capacityReservationId }) => capacityReservationId ?? undefined,
  "private-ip-address": ({ privateIp }) => privateIp,
};

type Test = (instance: Instance) => boolean;

/** Makes a pattern in which `*` and `?` are wildcards. */
const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "u",
  );

const testOf = (name: string, values: readonly string[]): Test => {
  const exact = new Set(values);
  const patterns = values.filter((value) => /[*?]/u.test(value)).map(glob);
  const accepts = (value: string | undefined): boolean =>
    value !== undefined && (exact.has(value) || patterns.some((pattern) => pattern.test(value)));
  if (name === "tag-key") return (instance) => [...instance.tags.keys()].some(accepts);
  if (name.startsWith("tag:")) return (instance) => accepts(instance.tags.get(name.slice(4)));
  const read = filters[name];
  if (!read) throw refuse(`The filter '${name}' is invalid`);
  return (instance) => accepts(read(instance));
};

const notFound = (ids: readonly string[]): AwsError =>
  new AwsError(
    "InvalidInstanceID.NotFound",
    ids.length === 1
      ? `The instance ID '${ids[0]}' does not exist`
      : `The instance IDs '${ids.join(", ")}' do not exist`,
  );

/** Finds instances by id. One unknown or malformed id fails the whole call. */
const byIds = (region: Region, ids: readonly string[], managed: boolean): Instance[] => {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/u.test(id));
  if (malformed !== undefined) throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${malformed}"`);
  const found = ids.map((id) => region.instances.get(id));
  const isThere = (instance: Instance | undefined): instance is Instance =>
    instance !== undefined && (managed || instance.operator === null);
  const unknown = ids.filter((_, index) => !isThere(found[index]));
  if (unknown.length > 0) throw notFound(unknown);
  return found.filter(isThere);
};

const candidates = (region: Region, chosen: ReadonlyMap<string, readonly string[]>, managed: boolean): Instance[] => {
  const ids = chosen.get("instance-id");
  const exact = ids?.every((id) => !/[*?]/u.test(id));
  const pool =
    ids && exact
      ? ids.map((id) => region.instances.get(id)).filter((instance) => instance !== undefined)
      : [...region.instances.values()];
  return managed ? pool : pool.filter((instance) => instance.operator === null);
};

/** Pages hold 5 to 1000: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
const describeInstances: Operation<World> = {
  service: "ec2",
  name: "DescribeInstances",
  mutating: false,
  input: {
    InstanceIds: flatList(string, "InstanceId"),
    Filters: flatList(structure({ Values: flatList(string, "Value") }), "Filter"),
    MaxResults: integer,
    IncludeManagedResources: boolean,
  },
  output: {
    Reservations: list(
      structure({ Groups: list(structure({}), "groupSet"), Instances: list(instanceShape, "instancesSet") }),
      "reservationSet",
    ),
  },
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const region = regionOf(world, ctx.account, ctx.region);
    const ids = read.texts("InstanceIds") ?? [];
    const size = read.number("MaxResults");
    const managed = read.flag("IncludeManagedResources");
    if (ids.length > 0 && size !== undefined) {
      throw new AwsError(
        "InvalidParameterCombination",
        "The parameter instancesSet cannot be used with the parameter maxResults",
      );
    }
    if (size !== undefined && (size < 5 || size > 1000)) {
      throw refuse(`Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`);
    }
    const chosen = new Map(
      read.objects("Filters").map((filter) => {
        const entry = reader(filter, refuse);
        return [entry.needText("Name"), entry.texts("Values") ?? []] as const;
      }),
    );
    const tests = [...chosen].map(([name, values]) => testOf(name, values));
    const pool = ids.length > 0 ? byIds(region, [...new Set(ids)], managed) : candidates(region, chosen, managed);
    const matching = pool.filter((instance) => tests.every((test) => test(instance)));
    // Without MaxResults, a call returns at most 1,000, and a token if there are more.
    const page = paginate(matching, size ?? 1000, read.text("NextToken"), () =>
      refuse("Unable to parse pagination token"),
    );
    return {
      Reservations: page.items.map((instance) => ({
        ReservationId: `r-${instance.id.slice(2)}`,
        OwnerId: region.account,
        Groups: [],
        Instances: [describe(instance)],
      })),
      NextToken: page.next,
    };
  },
};

/** The text of the error: https://github.com/rebuy-de/aws-nuke/issues/279 */
const protectedFromTermination = ({ id }: Instance): AwsError =>
  new AwsError(
    "OperationNotPermitted",
    `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  );

/**
 * Terminating a terminated instance succeeds. A protected instance fails the call, which still ends instances in zones
 * without a protected one: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
 */
const terminateInstances: Operation<World> = {
  service: "ec2",
  name: "TerminateInstances",
  mutating: true,
  input: { InstanceIds: flatList(string, "InstanceId") },
  output: {
    TerminatingInstances: list(
      structure({ CurrentState: structure({ Code: integer }), PreviousState: structure({ Code: integer }) }),
      "instancesSet",
    ),
  },
  run: (world, input, ctx) => {
    const ids = reader(input, refuse).texts("InstanceIds") ?? [];
    if (ids.length === 0) throw new AwsError("MissingParameter", "The request must contain the parameter InstanceIds");
    const instances = byIds(regionOf(world, ctx.account, ctx.region), [...new Set(ids)], true);
    const operated = instances.find((instance) => instance.operator !== null);
    if (operated) {
      throw new AwsError("OperationNotPermitted", `The instance '${operated.id}' is managed by ${operated.operator}.`);
    }
    const kept = instances.filter((instance) => instance.disableApiTermination && isAlive(instance));
    const zones = new Set(kept.map(({ zone }) => zone));
    const ended = instances.filter(({ zone }) => !zones.has(zone));
    const answer = ended.map((instance) => {
      const before = instance.state;
      world.oracle.effect("terminate", instance.id, before === "shutting-down" || before === "terminated");
      endInstance(world, instance, "terminate", {
        code: "Client.UserInitiatedShutdown",
        message: "Client.UserInitiatedShutdown: User initiated shutdown",
      });
      return { InstanceId: instance.id, PreviousState: stateOf(before), CurrentState: stateOf(instance.state) };
    });
    const [first] = kept;
    if (first !== undefined) throw protectedFromTermination(first);
    return { TerminatingInstances: answer };
  },
};

export const ec2Operations: readonly Operation<World>[] = [describeInstances, terminateInstances];
