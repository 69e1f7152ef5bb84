import {
  attachGroup,
  type Cluster,
  createClassicLoadBalancer,
  createCluster,
  createGroup,
  createLatticeTargetGroup,
  type Group,
  type GroupSpec,
  type HookSpec,
  type Instance,
  launchInstance,
  type Region,
  registerAgain,
  setStandby,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import type { GroupItem } from "../dimensions/groups.ts";
import type { OwnerItem } from "../dimensions/owners.ts";
import { awsNameOf } from "../dimensions/places.ts";

/** The instance types of a group with a mixed instances policy; a group without one has only the first. */
const TYPES: readonly string[] = ["m5.large", "m6i.large"];

/** The input of `buildGroup`. */
interface GroupPlan {
  readonly item: GroupItem;
  /** The owner that its tags or operator name; null for none. */
  readonly owner: OwnerItem["owner"] | null;
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  /** The ARN of our queue, if a hook in this place can notify it; else null. */
  readonly queue: string | null;
}

/** Builds a group with its instances, and registers them with its cluster if it has one. */
export function buildGroup(world: World, region: Region, plan: GroupPlan): Group {
  const { item, owner, targetGroups, queue } = plan;
  const name = awsNameOf(item.name);
  const group = createGroup(world, region, {
    name,
    desired: item.desired,
    max: item.desired + item.room,
    types: item.mixed ? TYPES : TYPES.slice(0, 1),
    mixed: item.mixed,
    ...(item.weighted ? { weights: { "m5.large": 1, "m6i.large": 2 } } : {}),
    onDemandBase: Math.min(item.onDemandBase, item.desired),
    onDemandPercent: item.warmPool === null ? item.onDemandPercent : 100,
    warmPool: item.warmPool,
    retainOnAbandon: item.retains,
    retained: item.retained ? 1 : 0,
    capacityRebalance: item.capacityRebalance,
    protectNew: item.protectNew,
    suspended: item.suspended,
    targetGroups: item.targetGroups.flatMap((name) => targetGroups.get(name) ?? []),
    asTrafficSources: item.asTrafficSources,
    classicLoadBalancers: item.classic ? [createClassicLoadBalancer(region, { name: `${name}-classic` })] : [],
    latticeTargetGroups: item.lattice
      ? [createLatticeTargetGroup(world, region, { name: `${name}-lattice`, type: "INSTANCE" })]
      : [],
    maintenance: item.maintenance,
    hooks: [...hooksOf(item, queue), ...launchHooksOf(item)],
    attached: Array.from({ length: item.attached }, () => launchAlone(world, region)),
    ...(owner === null ? {} : MARKS[owner]),
  });
  const serving = [...group.members.values()].filter(({ state }) => state === "InService");
  const first = serving.at(0)?.instance;
  if (first?.member) first.member.protectedFromScaleIn ||= item.firstProtected;
  if (first) first.disableApiTermination = item.terminationProtected;
  if (item.cluster !== null) {
    attachGroup(world, clusterOf(region, item.cluster), group, {
      managedDraining: item.managedDraining,
      managedScaling: item.managedScaling,
      managedTerminationProtection: item.managedProtection,
      agentSpotDraining: item.agentSpotDraining,
    });
    if (item.registeredAgain && first !== undefined) registerAgain(world, first);
  }
  if (item.standby) setStandby(world, serving.at(-1)?.instance.id ?? "", true);
  return group;
}

export const clusterOf = (region: Region, name: string): Cluster =>
  region.clusters.get(name) ?? createCluster(region, name);

/** Launches a running Spot Instance of a type that no group uses, outside all groups. */
export function launchAlone(world: World, region: Region): Instance {
  const [zone] = region.zones;
  if (zone === undefined) throw new RangeError(`${region.name} has no zones`);
  return launchInstance(world, region, { zone, type: "c5.large", purchase: "spot", running: true });
}

const transition = "autoscaling:EC2_INSTANCE_TERMINATING";
const OUR_HOOK: HookSpec = {
  name: "graceful-shutdown-hook",
  transition,
  heartbeatTimeout: 300,
  defaultResult: "CONTINUE",
};
const THEIR_HOOK: HookSpec = { name: "theirs", transition, heartbeatTimeout: 60, defaultResult: "CONTINUE" };

/**
 * How a group shows its owner: by its operator
 * (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operator.html) or by tags, which its instances have
 * too. controller/src/enrich/owner.ts names the page of each tag.
 */
const MARKS: { readonly [owner in OwnerItem["owner"]]: Pick<GroupSpec, "tags" | "operator"> } = {
  Karpenter: { tags: { "karpenter.sh/nodepool": "default" } },
  Kubernetes: { tags: { "kubernetes.io/cluster/prod": "owned" } },
  Batch: { tags: { AWSBatchServiceTag: "batch" } },
  EMR: { tags: { "aws:elasticmapreduce:job-flow-id": "j-2AXXXXXXGAPLF" } },
  "an operator": { operator: "eks.amazonaws.com" },
  "opted out": { tags: { "spotkeeper:enabled": "false" } },
  "opted in": { tags: { "spotkeeper:enabled": "true" } },
};

function hooksOf({ hook, retains }: GroupItem, queue: string | null): HookSpec[] {
  const theirs: HookSpec = retains ? { ...THEIR_HOOK, defaultResult: "ABANDON" } : THEIR_HOOK;
  switch (hook) {
    case "ours":
      return [OUR_HOOK];
    case "ours, to our queue":
      return queue === null
        ? [OUR_HOOK]
        : [{ name: "to-our-queue", transition, heartbeatTimeout: 300, notificationTarget: queue }];
    case "somebody else's":
      return [theirs];
    case "ours and somebody else's":
      return [OUR_HOOK, theirs];
    case null:
      return [];
  }
}

function launchHooksOf({ launchHook }: GroupItem): HookSpec[] {
  const launching = "autoscaling:EC2_INSTANCE_LAUNCHING";
  switch (launchHook) {
    case "ours":
      return [{ name: "spotkeeper-launching", transition: launching, heartbeatTimeout: 300 }];
    case "somebody else's":
      return [{ name: "their-launching", transition: launching, heartbeatTimeout: 60, defaultResult: "CONTINUE" }];
    case null:
      return [];
  }
}
