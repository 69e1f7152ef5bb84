import { DescribeInstancesCommand, type Instance, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Address, Ec2Calls, Ec2Instance } from "../calls/ec2.ts";
import type { Receipt } from "../ask.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { allPages, askForEach, listing, receipt, type ServiceDeps } from "./service.ts";
import { tagsOf } from "./tags.ts";

/** A filter takes 200 values: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
const DESCRIBE = 100;
/**
 * AWS takes 1,000: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html. Fewer, since a
 * rejected batch is then split sooner.
 */
const TERMINATE = 50;

export function createEc2(deps: ServiceDeps): Ec2Calls {
  const { lanes, clients, clock } = deps;

  /**
   * Describes instances by a filter, which omits unknown ids; with `InstanceIds` one unknown id fails the whole call
   * (docs/aws-facts.md, 12). Managed instances are hidden by default:
   * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
   */
  const describe: Operation<string, Ec2Instance | undefined> = {
    service: "ec2",
    name: "DescribeInstances",
    limit: limits.ec2DescribeInstances,
    size: DESCRIBE,
    share: "in-flight",
    keyOf: (id) => id,
    async send({ at, items, request }) {
      const found = new Map<string, Ec2Instance>();
      await allPages(async (token) => {
        const command = new DescribeInstancesCommand({
          Filters: [{ Name: "instance-id", Values: [...items] }],
          IncludeManagedResources: true,
          MaxResults: 1_000,
          NextToken: token,
        });
        const page = await request((abortSignal) => clients.ec2(at).send(command, { abortSignal }));
        for (const one of (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances)) {
          if (one.InstanceId !== undefined) found.set(one.InstanceId, instanceOf(one.InstanceId, one));
        }
        return page.NextToken;
      });
      return (id) => found.get(id);
    },
  };

  /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html (`capacity-reservation-id`) */
  const inReservation = listing<Ec2Instance>(
    { service: "ec2", name: "DescribeInstances", limit: limits.ec2DescribeInstances },
    async (reservationId, token, at, abortSignal) => {
      const command = new DescribeInstancesCommand({
        Filters: [
          { Name: "capacity-reservation-id", Values: [reservationId] },
          { Name: "instance-state-name", Values: ["pending", "running"] },
        ],
        IncludeManagedResources: true,
        MaxResults: 1_000,
        NextToken: token,
      });
      const page = await clients.ec2(at).send(command, { abortSignal });
      const all = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
      const found = all.flatMap((one) => (one.InstanceId === undefined ? [] : [instanceOf(one.InstanceId, one)]));
      return { found, next: page.NextToken };
    },
  );

  const terminate: Operation<string, Receipt> = {
    service: "ec2",
    name: "TerminateInstances",
    limit: limits.ec2TerminateInstances,
    size: TERMINATE,
    share: "queued",
    keyOf: (id) => id,
    // Includes `denied`, since permission can depend on an instance's tags.
    splitOn: ["invalid", "not-found", "conflict", "denied"],
    async send({ at, items, request }) {
      const command = new TerminateInstancesCommand({ InstanceIds: [...items] });
      const answer = await request((abortSignal) => clients.ec2(at).send(command, { abortSignal }));
      const before = new Map(answer.TerminatingInstances?.map((one) => [one.InstanceId, one.PreviousState?.Name]));
      return (id) => receipt(clock, answer, ["shutting-down", "terminated"].includes(before.get(id) ?? ""));
    },
  };

  return {
    describeInstances: (at, ids, ask) => askForEach(deps, at, describe, "", ids, ask),
    // Another line than reads by id, which use the same operation.
    instancesIn: (at, reservationId, ask) => lanes.ask(at, inReservation, "reservation", reservationId, ask),
    terminateInstance: (at, id, ask) => lanes.ask(at, terminate, "", id, ask),
  };
}

const instanceOf = (id: string, one: Instance): Ec2Instance => {
  const tags = tagsOf(one.Tags);
  return {
    id,
    name: tags["Name"] ?? null,
    type: one.InstanceType ?? "unknown",
    availabilityZone: one.Placement?.AvailabilityZone ?? "unknown",
    zoneId: one.Placement?.AvailabilityZoneId ?? null,
    privateIp: one.PrivateIpAddress ?? null,
    publicIp: one.PublicIpAddress ?? null,
    addresses: addressesOf(one),
    state: one.State?.Name ?? "unknown",
    stateReason: one.StateReason?.Code ?? null,
    lifecycle: one.InstanceLifecycle ?? null,
    launchTime: one.LaunchTime?.getTime() ?? 0,
    tags,
    operator:
      one.Operator === undefined
        ? null
        : { managed: one.Operator.Managed ?? false, principal: one.Operator.Principal ?? null },
  };
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterface.html; the instance's own comes first. */
function addressesOf({ PrivateIpAddress, VpcId, NetworkInterfaces = [] }: Instance): Address[] {
  const own = PrivateIpAddress === undefined ? [] : [{ vpcId: VpcId ?? null, address: PrivateIpAddress }];
  const all = NetworkInterfaces.flatMap((one) => {
    const addresses = [
      one.PrivateIpAddress,
      ...(one.PrivateIpAddresses ?? []).map((each) => each.PrivateIpAddress),
      ...(one.Ipv6Addresses ?? []).map((each) => each.Ipv6Address),
    ];
    return addresses.flatMap((address) => (address === undefined ? [] : [{ vpcId: one.VpcId ?? null, address }]));
  });
  return [...new Map([...own, ...all].map((one) => [`${one.vpcId ?? ""} ${one.address}`, one])).values()];
}
