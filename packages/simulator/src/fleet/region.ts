import type { Purchase, Region, World, Zone } from "./state.ts";

/**
 * Zone ids are the same place in every account, zone names are not; here the two agree.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
 */
const zoneId = (region: string, letter: number): string => {
  const [area = "", place = "", number = ""] = region.split("-");
  const short = /^(?:north|south)(?:east|west)$/u.test(place) ? `${place[0] ?? ""}${place[5] ?? ""}` : (place[0] ?? "");
  return `${area}${short}${number}-az${letter + 1}`;
};

const zonesOf = (account: string, region: string): Zone[] =>
  ["a", "b", "c"].map((letter, index) => ({
    name: `${region}${letter}`,
    id: zoneId(region, index),
    subnetId: `subnet-${account.slice(-6)}${region.replaceAll("-", "")}${letter}`,
  }));

/** The network of an account in which everything is that says nothing else. */
export const DEFAULT_VPC = "vpc-0123456789abcdef0";

const regionKey = (account: string, region: string): string => `${account}/${region}`;

/** The region of an account; an empty one is made on first sight, as in AWS. */
export const regionOf = (world: World, account: string, name: string): Region => {
  const key = regionKey(account, name);
  const known = world.regions.get(key);
  if (known) return known;
  const region: Region = {
    account,
    name,
    zones: zonesOf(account, name),
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
  };
  world.regions.set(key, region);
  return region;
};

/** The name of a capacity pool: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-spot-instances-work.html */
export const poolKey = (zone: string, type: string, purchase: Purchase): string => `${zone}/${type}/${purchase}`;

/** Takes one instance's worth of a pool; false where it has run out. */
export const takeCapacity = (region: Region, key: string): boolean => {
  const free = region.pools.get(key);
  if (free === undefined) return true;
  if (free <= 0) return false;
  region.pools.set(key, free - 1);
  return true;
};

/** Partition `aws` alone is modelled. */
export const arn = (region: Region, service: string, resource: string): string =>
  `arn:aws:${service}:${region.name}:${region.account}:${resource}`;
