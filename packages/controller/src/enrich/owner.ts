import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { CapacityProvider } from "../aws/calls/ecs.ts";
import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Facts, Owner } from "./facts.ts";

interface OwnerInput {
  readonly instance: Ec2Instance | null;
  readonly group: AutoScalingGroup | null;
  readonly capacityProvider: CapacityProvider | null;
}

/** The owner of the capacity, and the reason. `ours` has no reason: nothing indicates another owner. */
export interface Ownership {
  readonly owner: Owner;
  readonly because: string | null;
}

/**
 * AWS services that run instances for customers set `Operator.Principal`:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
 * https://docs.aws.amazon.com/eks/latest/userguide/automode-learn-instances.html
 */
const PRINCIPALS: readonly (readonly [RegExp, Owner])[] = [
  [/^ecs[.-]/, "ecs-managed-instances"],
  [/^eks[.-]/, "eks-auto-mode"],
  [/^batch[.-]/, "batch"],
  [/^elasticmapreduce[.-]/, "emr"],
];

/**
 * Tags by which orchestrators mark their instances, the more specific first: a Karpenter node also has the tag of its
 * Kubernetes cluster. https://karpenter.sh/docs/concepts/nodeclasses/#spectags ·
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 * https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 * https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-tags.html
 * https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html (AWSBatchServiceTag: seen on instances, `assumed`)
 */
const TAGS: readonly (readonly [RegExp, Owner])[] = [
  [/^aws:ecs:/, "ecs-managed-instances"],
  [/^karpenter\.(sh|k8s\.aws)\//, "karpenter"],
  [/^(aws:)?eks:eks-cluster-name$/, "eks-auto-mode"],
  [/^(aws:)?eks:/, "kubernetes"],
  [/^kubernetes\.io\/cluster\//, "kubernetes"],
  [/^k8s\.io\/(cluster|role|cluster-autoscaler)/, "kubernetes"],
  [/^KubernetesCluster$/, "kubernetes"],
  [/^AWSBatchServiceTag$/, "batch"],
  [/^aws:batch:/, "batch"],
  [/^aws:elasticmapreduce:/, "emr"],
];

/**
 * Determines the owner, in this order: EC2's operator, the capacity provider, the group's operator (only the operator
 * may change the group: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operator.html), tags of the
 * instance, tags of its group. A Capacity Block or an interruptible reservation does not change the owner.
 */
export function ownerOf({ instance, group, capacityProvider }: OwnerInput): Ownership {
  const operator = instance?.operator;
  if (operator?.managed === true) return operated(operator.principal, "");
  if (capacityProvider?.managedInstances === true) {
    return { owner: "ecs-managed-instances", because: `capacity provider ${capacityProvider.name}` };
  }
  // A group in an inventory of an earlier version has no operator.
  if (typeof group?.operator === "string") return operated(group.operator, " of the group");
  return byTags("instance", instance?.tags) ?? byTags("group", group?.tags) ?? { owner: "ours", because: null };
}

const operated = (principal: string | null, whose: string): Ownership => ({
  owner: PRINCIPALS.find(([pattern]) => principal !== null && pattern.test(principal))?.[1] ?? "operator-managed",
  because: `Operator.Principal ${principal ?? "unnamed"}${whose}`,
});

/** Whether the tag's name indicates an owner. */
export const isOwnerTag = (name: string): boolean => TAGS.some(([pattern]) => pattern.test(name));

function byTags(whose: string, tags: Ec2Instance["tags"] | undefined): Ownership | undefined {
  const names = Object.keys(tags ?? {}).toSorted();
  for (const [pattern, owner] of TAGS) {
    const name = names.find((one) => pattern.test(one));
    if (name !== undefined) return { owner, because: `tag ${name} of the ${whose}` };
  }
  return undefined;
}

/**
 * Returns the fleet of an instance from EC2's tags; null if it is in none:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-tagging.html
 */
export function fleetOf(instance: Ec2Instance | null): Facts["fleet"] {
  const ec2Fleet = instance?.tags["aws:ec2:fleet-id"];
  if (ec2Fleet !== undefined) return { type: "ec2-fleet", id: ec2Fleet };
  const spotFleet = instance?.tags["aws:ec2spot:fleet-request-id"];
  return spotFleet === undefined ? null : { type: "spot-fleet", id: spotFleet };
}
