import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroup, TargetHealth } from "../aws/calls/elb.ts";
import { regionId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { listing } from "./listed.ts";

/** One target of an instance, by whomever it was registered. */
export interface Registered {
  readonly targetGroupArn: string;
  readonly id: string;
}

/** Lists are replaced, never changed, so that each is put in order once. */
const byArn = new WeakMap<readonly TargetGroup[], ReadonlyMap<string, TargetGroup>>();

/** The network of a target group, as last listed; null where it is not known. */
export const networkOf = (inventory: Inventory, place: Place | null, arn: string): string | null =>
  place === null ? null : (targetGroupsIn(inventory, place).get(arn)?.vpcId ?? null);

/** The target groups of a region by ARN, as last listed; empty where they were not. */
function targetGroupsIn(inventory: Inventory, place: Place): ReadonlyMap<string, TargetGroup> {
  const all = inventory.get("targetGroups", regionId(place))?.value ?? NONE;
  const made = byArn.get(all) ?? new Map(all.map((one) => [one.arn, one]));
  byArn.set(all, made);
  return made;
}
const NONE: readonly TargetGroup[] = [];

/**
 * What is known to be registered of an instance: its id, and its own addresses in target groups of their network. The same
 * address in another network is somebody else's, and a target group whose network is not known says nothing of addresses.
 *
 * @param place null where no signal named the region: then only what is registered by id is found
 */
export function registeredOf(
  inventory: Inventory,
  place: Place | null,
  instanceId: string,
  instance: Ec2Instance | null,
): readonly Registered[] {
  const found = [...listing(inventory, instanceId)].map((targetGroupArn) => ({ targetGroupArn, id: instanceId }));
  if (place === null || instance === null) return found;
  for (const { address, vpcId } of instance.addresses) {
    for (const targetGroupArn of listing(inventory, address)) {
      const network = networkOf(inventory, place, targetGroupArn);
      if (network !== null && network === vpcId) found.push({ targetGroupArn, id: address });
    }
  }
  return found;
}

/** Names of the Classic load balancers that have the instance. */
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
/** Every fact of a storm asks for the addresses of the same doomed. */
const going = new WeakMap<Inventory, Going>();

/** Addresses with their network, and once more with `ANY`. */
export type DoomedAddresses = ReadonlySet<string>;
const ANY = "*";
const UNKNOWN = "?";
const inNetwork = (network: string, address: string): string => `${network} ${address}`;

/**
 * Whether a target may be an address of a doomed instance. Networks have equal addresses, so that it counts in its target
 * group's only. A target from outside that network (zone `all`), and where a network is not known, may be any.
 *
 * @param network of the target group; null where it is not known
 */
export function isDoomedAddress(
  addresses: DoomedAddresses,
  network: string | null,
  { id, availabilityZone }: Pick<TargetHealth, "id" | "availabilityZone">,
): boolean {
  if (network === null || availabilityZone === "all") return addresses.has(inNetwork(ANY, id));
  return addresses.has(inNetwork(network, id)) || addresses.has(inNetwork(UNKNOWN, id));
}

/** The addresses of all doomed instances: an IP target among them is no healthy one. */
export function doomedAddresses(inventory: Inventory, doomed: ReadonlySet<string>): DoomedAddresses {
  const revision = inventory.revision("instance");
  const had = going.get(inventory);
  if (had?.doomed === doomed && had.revision === revision) return had.addresses;
  const all = [...doomed].flatMap((id) => inventory.get("instance", id)?.value.addresses ?? []);
  const addresses = new Set(
    all.flatMap(({ vpcId, address }) => [vpcId ?? UNKNOWN, ANY].map((one) => inNetwork(one, address))),
  );
  // An equal set stays the one that was there: what was counted with it still holds.
  const same =
    had !== undefined && had.addresses.size === addresses.size && [...addresses].every((one) => had.addresses.has(one));
  const kept = same ? had.addresses : addresses;
  going.set(inventory, { doomed, revision, addresses: kept });
  return kept;
}
