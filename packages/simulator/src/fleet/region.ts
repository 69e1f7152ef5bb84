import type { Purchase, Region, World, Zone } from "./state.ts";

/**
 * Returns a zone id. In AWS, ids mean the same place in every account, names do not; here both agree.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
 */
const zoneId = (region: string, letter: number): string => {
  const [area = "", place = "", number = ""] = region.replace("us-gov-", "usg-").split("-");
  const short = /^(?:north|south)(?:east|west)$/u.test(place) ? `${place[0] ?? ""}${place[5] ?? ""}` : (place[0] ?? "");
  return `${area}${short}${number}-az${letter + 1}`;
};

const zonesOf = (account: string, region: string): Zone[] =>
  ["a", "b", "c"].map((letter, index) => ({
    name: `${region}${letter}`,
    id: zoneId(region, index),
    subnetId: `subnet-${account.slice(-6)}${region.replaceAll("-", "")}${letter}`,
  }));

/** Returns the zone of a region by its name; adds it, with a new id, if it does not exist (assumed). */
export const zoneOf = (region: Region, name: string): Zone => {
  const known = region.zones.find((zone) => zone.name === name);
  if (known) return known;
  const letter = name.startsWith(region.name) && name.length === region.name.length + 1 ? name.at(-1) : undefined;
  const made: Zone = {
    name,
    id: letter === undefined ? name : zoneId(region.name, letter.charCodeAt(0) - "a".charCodeAt(0)),
    subnetId: `subnet-${region.account.slice(-6)}${name.replaceAll("-", "")}`,
  };
  region.zones.push(made);
  return made;
};

const regionKey = (account: string, region: string): string => `${account}/${region}`;

/** Returns the region of an account; creates an empty one if needed. */
export const regionOf = (world: World, account: string, name: string): Region => {
  const key = regionKey(account, name);
  const known = world.regions.get(key);
  if (known) return known;
  const region: Region = {
    account,
    name,
    zones: zonesOf(account, name),
    vpcId: `vpc-0${account}${world.regions.size.toString(16).padStart(4, "0")}`,
    launched: 0,
    instances: new Map(),
    groups: new Map(),
    clusters: new Map(),
    capacityProviders: new Map(),
    taskDefinitions: new Map(),
    targetGroups: new Map(),
    loadBalancers: new Map(),
    classicLoadBalancers: new Map(),
    latticeTargetGroups: new Map(),
    discoveryServices: new Map(),
    discoveryOperations: new Map(),
    pools: new Map(),
    rules: [],
    commands: new Map(),
    shiftedZones: new Set(),
    taskAddresses: new Set(),
  };
  world.regions.set(key, region);
  return region;
};

/**
 * Returns the key of a capacity pool: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-spot-instances-work.html
 */
export const poolKey = (zone: string, type: string, purchase: Purchase): string => `${zone}/${type}/${purchase}`;

/** Takes the capacity of one instance from a pool. Returns false if the pool is empty. */
export const takeCapacity = (region: Region, key: string): boolean => {
  const free = region.pools.get(key);
  if (free === undefined) return true;
  if (free <= 0) return false;
  region.pools.set(key, free - 1);
  return true;
};

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export const partitionOf = (region: string): "aws" | "aws-cn" | "aws-us-gov" =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

/**
 * Makes an ARN, which begins with the partition of its region:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export const arn = (region: Pick<Region, "account" | "name">, service: string, resource: string): string =>
  `arn:${partitionOf(region.name)}:${service}:${region.name}:${region.account}:${resource}`;
