import { type Config, parseConfig, wildcard } from "@spotkeeper/controller";
import { partitionOf } from "@spotkeeper/simulator";
import type { FleetFacts, GroupFacts, PlaceFacts, Tags } from "../../facts/document.ts";
import type { Holder } from "./dimensions/focus.ts";
import { HOME, type PlaceItem } from "./dimensions/places.ts";
import type { SwarmPolicy } from "./dimensions/policy.ts";

/** What a user has: it takes the place of a generated fleet, and of a generated policy. Plain JSON. */
export interface UserFleet {
  readonly facts: FleetFacts;
  /** Files, as the call names them. */
  readonly file: string;
  readonly configFile: string | null;
  /** Null: generated ones. */
  readonly policy: Config["policy"] | null;
  /** ARNs of the queues that the user's worker reads. */
  readonly queues: readonly string[];
}

/** Instances that are in no group stand together under this name. */
export const ALONE = "no group";

/** What has the instances to which something happens. */
export function holdersOf({ groups, instances }: FleetFacts): readonly Holder[] {
  const all = groups.map((group) => ({
    name: nameOf(group),
    desired: Math.max(group.instances.length, group.counts === "instances" ? (group.desired ?? 0) : 0),
  }));
  return [...all, { name: ALONE, desired: instances.length }].filter(({ desired }) => desired > 0);
}

/** Unlike that of any other group of the file. */
export const nameOf = ({ account, region, name }: GroupFacts): string =>
  [account, region, name].filter((part) => part !== null).join("/");

/** The worker's own place, and every one that the file names. */
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

/** The ARN of a queue by its URL, which names its account and its region; nothing where it names none. */
export function queuesOf({ sources }: Pick<Config, "sources">): readonly string[] {
  return sources.sqs.flatMap(({ queueUrl }) => {
    const { host, pathname } = new URL(queueUrl);
    const [, account, name] = pathname.split("/");
    const region = /(?:^|\.)([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(host)?.[1];
    if (account === undefined || name === undefined || region === undefined) return [];
    return [`arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`];
  });
}

/** Keys of a rule that make it hard to say from outside what should have been done. */
const DECIDES = ["act", "dryRun", "handsOn", "deregister", "drain", "stopTasks", "hooks", "drainHook"] as const;

/** A user's policy, as far as it decides what must be done and what must not. */
export function judgedBy({ rules, defaults }: Config["policy"]): SwarmPolicy {
  const { act, dryRun, deregister, drain, stopTasks, replace, holdLast, replaceCap, holdHooks, onDemand } = defaults;
  const varies = rules.some((rule) => DECIDES.some((key) => key in rule.do));
  const answers = new Set([defaults.onRebalance, ...rules.flatMap((rule) => rule.do.onRebalance ?? [])]);
  const may = ((): SwarmPolicy["may"] => {
    if (varies || (act && !dryRun && (!stopTasks || (!deregister && !drain)))) return "as its rules say";
    if (!act) return "nothing";
    if (dryRun) return "only say it";
    return deregister ? (drain ? "everything" : "not drain") : "not deregister";
  })();
  return {
    replace,
    // What one rule drains may be drained.
    onRebalance: answers.has("drain") || answers.has("replace") ? "drain" : defaults.onRebalance,
    holdLast,
    replaceCap,
    may,
    holdHooks: holdHooks / 1_000,
    onDemand: onDemand !== null,
  };
}

/** Which hooks the user's worker answers, by name. */
export function ourHooks({ facts, policy, queues }: UserFleet): ReadonlySet<string> {
  const { defaults, rules } = policy ?? parseConfig("", "no config").policy;
  const all = [defaults, ...rules.map((rule) => rule.do)];
  const patterns = all.flatMap(({ hooks }) => hooks ?? []);
  const answersLaunching = all.some(({ completeLaunching }) => completeLaunching === true);
  const ours = facts.groups
    .flatMap(({ hooks }) => hooks)
    .filter(({ transition }) => transition === "terminating" || answersLaunching)
    .filter(
      ({ name, notificationTarget }) =>
        (notificationTarget !== null && queues.includes(notificationTarget)) ||
        patterns.some((pattern) => wildcard(pattern).test(name)),
    );
  return new Set(ours.map(({ name }) => name));
}

/** Tags by which orchestrators mark what is theirs: docs/drain.md, "What is handed off". */
const THEIRS =
  /^(karpenter\.|(aws:)?eks:|kubernetes\.io\/cluster\/|k8s\.io\/|KubernetesCluster$|AWSBatchServiceTag$|aws:(batch|ecs|elasticmapreduce):)/;

/**
 * Whose a group or an instance is. `perhaps`: its policy takes over what is somebody else's in some places, so that nothing
 * is demanded there and nothing forbidden.
 */
export function ownershipOf(
  { policy }: Pick<UserFleet, "policy">,
  { tags, operator }: { readonly tags: Tags; readonly operator: string | null },
): "ours" | "not ours" | "perhaps" {
  const { name, required } = policy?.tag ?? { name: "spotkeeper:enabled", required: false };
  const value = tags[name]?.toLowerCase();
  if (value === "false" || (required && value !== "true")) return "not ours";
  if (operator === null && !Object.keys(tags).some((tag) => THEIRS.test(tag) && tag !== "aws:ecs:clusterName"))
    return "ours";
  const takesOver = policy?.defaults.handsOn === true || policy?.rules.some((rule) => "handsOn" in rule.do) === true;
  return takesOver ? "perhaps" : "not ours";
}

/** What is not played as it is in the file, in plain words. */
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
