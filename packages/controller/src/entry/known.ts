import type { Place } from "../aws/ask.ts";
import type { Facet, Inventory } from "../inventory/inventory.ts";
import type { Log } from "../log.ts";

/** Counts of what an inventory knows. */
export interface Known {
  readonly groups: number;
  readonly clusters: number;
  readonly services: number;
  readonly instances: number;
  readonly targetGroups: number;
  readonly targets: number;
}

export function knownIn(inventory: Pick<Inventory, "entries">): Known {
  const count = (facet: Facet): number => [...inventory.entries(facet)].length;
  return {
    groups: count("group"),
    clusters: count("cluster"),
    services: count("service"),
    instances: count("instance"),
    targetGroups: count("targetGroup"),
    targets: [...inventory.entries("health")].reduce((sum, [, { value }]) => sum + value.length, 0),
  };
}

/** Returns the counts in words: `12 groups, 1 cluster, 30 services, 200 instances, 40 target groups with 310 targets`. */
export function knownText({ groups, clusters, services, instances, targetGroups, targets }: Known): string {
  const parts = [
    counted(groups, "group"),
    counted(clusters, "cluster"),
    counted(services, "service"),
    counted(instances, "instance"),
    `${counted(targetGroups, "target group")} with ${counted(targets, "target")}`,
  ];
  return parts.join(", ");
}

/** Returns where a worker listens and looks: `2 queues, 3 accounts, regions eu-west-1 and us-east-1`. */
export function scopeText(queues: number, places: readonly Place[]): string {
  const regions = [...new Set(places.map(({ region }) => region))];
  const accounts = new Set(places.map(({ account }) => account)).size;
  if (regions.length === 0)
    return `${counted(queues, "queue")}, no region: set aws.regions, and the fleet is known in advance`;
  return `${counted(queues, "queue")}, ${counted(accounts, "account")}, ${regions.length === 1 ? "region" : "regions"} ${regions.join(", ")}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Logs that an account and region was read for the first time, and what could not be read. */
export function logFirstRead(log: Log, inventory: Inventory, place: Place, failed: readonly string[]): void {
  const known = knownIn(inventory);
  const where = `${place.account ?? "the own account"} in ${place.region}`;
  if (failed.length === 0) log.info({ place, known }, `the fleet of ${where} was read; known now: ${knownText(known)}`);
  else
    log.warn(
      { place, known, failed },
      `not all of the fleet of ${where} could be read (${failed[0] ?? ""}); known now: ${knownText(known)}`,
    );
}
