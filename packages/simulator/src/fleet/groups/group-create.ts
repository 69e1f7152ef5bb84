import type { Group, Hook, WarmPool } from "./group-state.ts";
import type { Instance, Purchase, Region, World } from "../state.ts";
import { addMember, enterService, isActive, unitsOf } from "./group-launch.ts";
import { arn } from "../region.ts";
import { launchInstance } from "../instances.ts";
import { putHook } from "./hooks.ts";
import { fillPool } from "./warm-pool.ts";
import type { TargetGroup } from "../targets/target-state.ts";
import type { ClassicLoadBalancer, LatticeTargetGroup } from "../targets/traffic-state.ts";

export interface GroupSpec {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  readonly desired: number;
  readonly types: readonly string[];
  /** False: only a launch template, so one type, all Spot. */
  readonly mixed?: boolean;
  /** How many units an instance of each type counts for; `min`, `max` and `desired` have the same unit. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly desiredCapacityType?: Group["desiredCapacityType"];
  /** Names of zones; default: all of the region. */
  readonly zones?: readonly string[];
  readonly onDemandBase?: number;
  readonly onDemandPercent?: number;
  readonly capacityRebalance?: boolean;
  /** In seconds; AWS's default is 300. */
  readonly cooldown?: number;
  readonly targetGroups?: readonly TargetGroup[];
  readonly asTrafficSources?: boolean;
  readonly classicLoadBalancers?: readonly ClassicLoadBalancer[];
  readonly latticeTargetGroups?: readonly LatticeTargetGroup[];
  readonly hooks?: readonly HookSpec[];
  readonly suspended?: readonly string[];
  readonly warmPool?: WarmPool | null;
  readonly maintenance?: { readonly min: number; readonly max: number } | null;
  readonly protectNew?: boolean;
  readonly retainOnAbandon?: boolean;
  /** The number of retained instances that it has from the beginning, in addition to `desired`. */
  readonly retained?: number;
  readonly operator?: string;
  readonly deletionProtection?: Group["deletionProtection"];
  readonly tags?: Readonly<Record<string, string>>;
  /** Its first instances; the rest of `desired` is generated. */
  readonly named?: readonly NamedInstance[];
  /** Instances that somebody else launched and attached; `desired` counts them. */
  readonly attached?: readonly Instance[];
}

export interface NamedInstance {
  readonly id: string;
  /** The name of a zone. */
  readonly zone?: string;
  readonly type?: string;
  /** Default: spot. */
  readonly purchase?: Purchase;
  /** Default: in service. On standby it does not count for `desired`. */
  readonly state?: "InService" | "Standby";
  /** Protected from scale-in; default: as the group protects new ones. */
  readonly protected?: boolean;
  /** Tags in addition to the group's. */
  readonly tags?: Readonly<Record<string, string>>;
}

export type HookSpec = Pick<Hook, "name" | "transition"> & Partial<Hook>;

/**
 * Adds AWS's defaults to a hook: one hour, ABANDON.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
 */
const hookOf = (spec: HookSpec): Hook => ({
  heartbeatTimeout: 3600,
  defaultResult: "ABANDON",
  notificationTarget: null,
  notificationMetadata: null,
  ...spec,
});

/** Creates a group whose desired instances already run and serve. */
export const createGroup = (world: World, region: Region, spec: GroupSpec): Group => {
  const group: Group = {
    name: spec.name,
    arn: arn(region, "autoscaling", `autoScalingGroup:${world.random.uuid()}:autoScalingGroupName/${spec.name}`),
    region,
    min: spec.min ?? 0,
    max: spec.max ?? spec.desired * 2,
    desired: spec.desired,
    baseline: spec.desired,
    types: spec.types,
    mixed: spec.mixed ?? true,
    weights: spec.weights === undefined ? null : new Map(Object.entries(spec.weights)),
    desiredCapacityType: spec.desiredCapacityType ?? null,
    zones: spec.zones ?? region.zones.map((zone) => zone.name),
    onDemandBase: spec.onDemandBase ?? 0,
    onDemandBaseline: spec.onDemandBase ?? 0,
    onDemandPercent: spec.onDemandPercent ?? 0,
    capacityRebalance: spec.capacityRebalance ?? false,
    cooldown: (spec.cooldown ?? 300) * 1000,
    targetGroups: [...(spec.targetGroups ?? [])],
    asTrafficSources: spec.asTrafficSources ?? false,
    classicLoadBalancers: spec.classicLoadBalancers ?? [],
    latticeTargetGroups: spec.latticeTargetGroups ?? [],
    hooks: new Map(),
    members: new Map(),
    suspended: new Set(spec.suspended),
    warmPool: spec.warmPool ?? null,
    refreshes: [],
    maintenance: spec.maintenance ?? null,
    protectNew: spec.protectNew ?? false,
    retainOnAbandon: spec.retainOnAbandon ?? false,
    operator: spec.operator ?? null,
    deletionProtection: spec.deletionProtection ?? "none",
    tags: new Map(Object.entries(spec.tags ?? {})),
    activities: [],
    capacityProvider: null,
    scaledAt: null,
    looked: spec.desired,
    scalingIn: false,
    cancelReconcile: null,
  };
  region.groups.set(group.name, group);
  for (const hook of spec.hooks ?? []) putHook(world, group, hookOf(hook));
  for (const instance of spec.attached ?? []) adopt(world, group, instance);
  for (let index = 0; index < (spec.retained ?? 0); index += 1)
    fill(world, group, index, "spot", { state: "Terminating:Retained" });
  const onDemand = Math.min(
    group.desired,
    group.onDemandBase + Math.floor((Math.max(0, group.desired - group.onDemandBase) * group.onDemandPercent) / 100),
  );
  const { named = [] } = spec;
  for (const [index, one] of named.entries()) fill(world, group, index, one.purchase ?? "spot", one);
  let missing = onDemand - named.filter(({ purchase }) => purchase === "on-demand").length;
  for (let index = named.length; unitsOf([...group.members.values()].filter(isActive)) < group.desired; index += 1) {
    fill(world, group, index, missing > 0 ? "on-demand" : "spot");
    missing -= 1;
  }
  fillPool(world, group);
  return group;
};

/**
 * Attaches an instance. It is in service at once, and in every load balancer of the group:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachInstances.html (assumed: it gets the tags of
 * instances that the group launches)
 */
const adopt = (world: World, group: Group, instance: Instance): void => {
  instance.tags.set("aws:autoscaling:groupName", group.name);
  enterService(world, addMember(group, instance, "InService"), true);
};

type Filled = Partial<Omit<NamedInstance, "state">> & {
  readonly state?: NamedInstance["state"] | "Terminating:Retained";
};

const fill = (world: World, group: Group, index: number, purchase: Purchase, named?: Filled): void => {
  const zoneName = named?.zone ?? group.zones[index % group.zones.length];
  const zone = group.region.zones.find(({ name }) => name === zoneName);
  if (!zone)
    throw new RangeError(`group ${group.name}: ${zoneName ?? "(no zone)"} is not a zone of ${group.region.name}`);
  const type = named?.type ?? group.types[Math.floor(index / group.zones.length) % group.types.length];
  if (type === undefined) throw new RangeError(`group ${group.name} needs at least one instance type`);
  const instance = launchInstance(world, group.region, {
    ...(named?.id === undefined ? {} : { id: named.id }),
    zone,
    type,
    purchase,
    running: true,
    tags: {
      ...Object.fromEntries(group.tags),
      Name: group.tags.get("Name") ?? group.name,
      ...named?.tags,
      "aws:autoscaling:groupName": group.name,
    },
  });
  // A fleet is older than the simulation: ages vary up to about three days.
  instance.launchTime -= world.random.int(250_000_000);
  const member = addMember(group, instance, named?.state ?? "InService");
  if (named?.protected !== undefined) member.protectedFromScaleIn = named.protected;
  if (member.state === "InService") enterService(world, member, true);
};
