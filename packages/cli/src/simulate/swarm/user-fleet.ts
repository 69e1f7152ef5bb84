import type { Config } from "@spotkeeper/controller";
import { partitionOf } from "@spotkeeper/simulator";
import type { FleetFacts, GroupFacts, PlaceFacts } from "../../facts/document.ts";
import type { Holder } from "./dimensions/focus.ts";
import { HOME, type PlaceItem } from "./dimensions/places.ts";
import { judgedBy } from "./swarm-policy.ts";

/** A user's fleet and policy, which replace generated ones. Plain JSON. */
export interface UserFleet {
  readonly facts: FleetFacts;
  /** The files, as named on the command line. */
  readonly file: string;
  readonly configFile: string | null;
  /** Null: generated policies. */
  readonly policy: Config["policy"] | null;
  /** ARNs of the queues that the user's worker reads. */
  readonly queues: readonly string[];
}

/** The name under which all lone instances are grouped. */
export const ALONE = "no group";

/** Returns the groups and lone instances to which events can happen. */
export function holdersOf({ groups, instances }: FleetFacts): readonly Holder[] {
  const all = groups.map((group) => ({
    name: nameOf(group),
    desired: Math.max(group.instances.length, group.counts === "instances" ? (group.desired ?? 0) : 0),
  }));
  return [...all, { name: ALONE, desired: instances.length }].filter(({ desired }) => desired > 0);
}

/** Returns a name that is unique in the file. */
export const nameOf = ({ account, region, name }: GroupFacts): string =>
  [account, region, name].filter((part) => part !== null).join("/");

/** Returns the worker's own place, and every place in the file. */
export function placesOf({
  groups,
  instances,
  services,
  tasks,
  targetGroups,
  classicLoadBalancers,
}: FleetFacts): PlaceItem[] {
  const all: readonly PlaceFacts[] = [groups, instances, services, tasks, targetGroups, classicLoadBalancers].flat();
  const home = { ...HOME, region: all.find(({ region }) => region !== null)?.region ?? HOME.region };
  const places = new Map<string, PlaceItem>([[`${home.account}/${home.region}`, home]]);
  for (const one of all) {
    const [account, region] = [one.account ?? home.account, one.region ?? home.region];
    const key = `${account}/${region}`;
    if (!places.has(key)) places.set(key, { name: key, account, region });
  }
  return [...places.values()];
}

/** Returns the ARNs of the queues whose URL names account and region. */
export function queuesOf({ sources }: Pick<Config, "sources">): readonly string[] {
  return sources.sqs.flatMap(({ queueUrl }) => {
    const { host, pathname } = new URL(queueUrl);
    const [, account, name] = pathname.split("/");
    const region = /(?:^|\.)([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(host)?.[1];
    if (account === undefined || name === undefined || region === undefined) return [];
    return [`arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`];
  });
}

/** Describes in plain words what is not played as in the file. */
export function notPlayed({ facts, policy }: UserFleet): readonly string[] {
  const { groups, services, unread } = facts;
  const some = (what: string, all: readonly string[]): string[] =>
    all.length === 0
      ? []
      : [`${what}: ${all.slice(0, 5).join(", ")}${all.length > 5 ? ` and ${all.length - 5} more` : ""}`];
  const named = (all: typeof services): string[] => all.map(({ cluster, name }) => `${cluster}/${name}`);
  return [
    "Every instance runs, every target is healthy, and a task always finds room: what it takes of an instance is not in the file.",
    "Launch templates, scaling policies, warm pools, instance refreshes and tags of clusters are not in the file.",
    "An instance that a group launches is of one of its instances' types.",
    ...some(
      "Of several Classic Load Balancers, VPC Lattice target groups or Cloud Map services, the first of each is played",
      named(
        services.filter(({ classicLoadBalancers, latticeTargetGroups, discovery }) =>
          [classicLoadBalancers, latticeTargetGroups, discovery].some((all) => all.length > 1),
        ),
      ),
    ),
    ...some(
      "Left out, since none of its tasks is on an instance of the file",
      named(services.filter(({ desired, tasks }) => desired > 0 && tasks?.length === 0)),
    ),
    ...some(
      "More instances than desired capacity, so that this is as many",
      groups
        .filter(({ desired, instances }) => desired !== null && unitsOf(instances) > desired)
        .map(({ name }) => name),
    ),
    ...(policy === null || judgedBy(policy).may !== "as its rules say"
      ? []
      : ["The policy's rules differ in what they let happen, so that what should have been done is not judged."]),
    ...unread.map((one) => `Not read from AWS: ${one}`),
  ];
}

const unitsOf = (instances: GroupFacts["instances"]): number =>
  instances.filter(({ state }) => state === "InService").reduce((sum, { units }) => sum + (units ?? 1), 0);
