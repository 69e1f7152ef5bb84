import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroup, TargetHealth } from "../aws/calls/elb.ts";
import { regionId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { targetGroupsWith } from "./targets-by-id.ts";

/** One registered target of an instance, registered by anyone. */
export interface Registered {
  readonly targetGroupArn: string;
  readonly id: string;
}

/** Cached by list, since lists are immutable. */
const byArn = new WeakMap<readonly TargetGroup[], ReadonlyMap<string, TargetGroup>>();

/** Returns the VPC of a target group by the last listing; null if it is not known. */
export const networkOf = (inventory: Inventory, place: Place | null, arn: string): string | null =>
  place === null ? null : (targetGroupsIn(inventory, place).get(arn)?.vpcId ?? null);

/** Whether no load balancer used a target group, by the last listing. */
export const isUsedByNone = (inventory: Inventory, place: Place | null, arn: string): boolean =>
  place !== null && targetGroupsIn(inventory, place).get(arn)?.loadBalancerArns.length === 0;

/** Returns the target groups of a region by ARN, by the last listing; empty if they were never listed. */
function targetGroupsIn(inventory: Inventory, place: Place): ReadonlyMap<string, TargetGroup> {
  const all = inventory.get("targetGroups", regionId(place))?.value ?? NONE;
  const made = byArn.get(all) ?? new Map(all.map((one) => [one.arn, one]));
  byArn.set(all, made);
  return made;
}
const NONE: readonly TargetGroup[] = [];

/**
 * Returns the known targets of an instance: by its id, and by its addresses in target groups of the same VPC. An equal
 * address in another VPC belongs to another instance; target groups whose VPC is not known are not searched by address.
 *
 * @param place null if no signal contained the region: then only targets by id are found
 */
export function registeredOf(
  inventory: Inventory,
  place: Place | null,
  instanceId: string,
  instance: Ec2Instance | null,
): readonly Registered[] {
  const found = [...targetGroupsWith(inventory, instanceId)].map((targetGroupArn) => ({
    targetGroupArn,
    id: instanceId,
  }));
  if (place === null || instance === null) return found;
  for (const { address, vpcId } of instance.addresses) {
    for (const targetGroupArn of targetGroupsWith(inventory, address)) {
      const network = networkOf(inventory, place, targetGroupArn);
      if (network !== null && network === vpcId) found.push({ targetGroupArn, id: address });
    }
  }
  return found;
}

/** Returns the names of Classic load balancers that contain the instance. */
export function classicWith(inventory: Inventory, place: Place | null, instanceId: string): readonly string[] {
  if (place === null) return [];
  const all = inventory.get("classicLoadBalancers", regionId(place))?.value ?? [];
  return all.filter(({ instances }) => instances.includes(instanceId)).map(({ name }) => name);
}

interface Going {
  readonly doomed: ReadonlySet<string>;
  readonly revision: number;
  readonly addresses: DoomedAddresses;
}
/** Cached, because all incidents of a storm need the addresses of the same doomed instances. */
const going = new WeakMap<Inventory, Going>();

/** Addresses, each with its VPC and with `ANY`. */
export type DoomedAddresses = ReadonlySet<string>;
const ANY = "*";
const UNKNOWN = "?";
const inNetwork = (network: string, address: string): string => `${network} ${address}`;

/**
 * Whether a target may be an address of a doomed instance. VPCs can have equal addresses, so only the target group's
 * VPC is compared. A target from outside this VPC (zone `all`), or with an unknown VPC, is compared with all.
 *
 * @param network VPC of the target group; null if it is not known
 */
export function isDoomedAddress(
  addresses: DoomedAddresses,
  network: string | null,
  { id, availabilityZone }: Pick<TargetHealth, "id" | "availabilityZone">,
): boolean {
  if (network === null || availabilityZone === "all") return addresses.has(inNetwork(ANY, id));
  return addresses.has(inNetwork(network, id)) || addresses.has(inNetwork(UNKNOWN, id));
}

/** Returns the addresses of all doomed instances: an IP target with such an address does not count as healthy. */
export function doomedAddresses(inventory: Inventory, doomed: ReadonlySet<string>): DoomedAddresses {
  const revision = inventory.revision("instance");
  const had = going.get(inventory);
  if (had?.doomed === doomed && had.revision === revision) return had.addresses;
  const all = [...doomed].flatMap((id) => inventory.get("instance", id)?.value.addresses ?? []);
  const addresses = new Set(
    all.flatMap(({ vpcId, address }) => [vpcId ?? UNKNOWN, ANY].map((one) => inNetwork(one, address))),
  );
  // Keeps the old object if the sets are equal, so that cached counts stay valid.
  const same =
    had !== undefined && had.addresses.size === addresses.size && [...addresses].every((one) => had.addresses.has(one));
  const kept = same ? had.addresses : addresses;
  going.set(inventory, { doomed, revision, addresses: kept });
  return kept;
}
