import { expect, test } from "vitest";
import { fleetOf, ownerOf } from "../../src/enrich/owner.ts";
import { group, instance } from "./support/fleet.ts";

const nobody = { instance: null, group: null, capacityProvider: null };

test.each([
  ["ecs.amazonaws.com", "ecs-managed-instances"],
  ["eks.amazonaws.com", "eks-auto-mode"],
  ["batch.amazonaws.com", "batch"],
  ["elasticmapreduce.amazonaws.com", "emr"],
  ["someone-new.amazonaws.com", "operator-managed"],
  [null, "operator-managed"],
])("what EC2 says is managed by %s belongs to %s", (principal, owner) => {
  const managed = instance("i-1", { operator: { managed: true, principal } });
  expect(ownerOf({ ...nobody, instance: managed })).toEqual({
    owner,
    because: `Operator.Principal ${principal ?? "unnamed"}`,
  });
});

test.each([
  ["aws:ecs:clusterName", "ecs-managed-instances"],
  ["karpenter.sh/nodepool", "karpenter"],
  ["karpenter.k8s.aws/ec2nodeclass", "karpenter"],
  ["eks:eks-cluster-name", "eks-auto-mode"],
  ["eks:nodegroup-name", "kubernetes"],
  ["aws:eks:cluster-name", "kubernetes"],
  ["kubernetes.io/cluster/prod", "kubernetes"],
  ["k8s.io/cluster-autoscaler/enabled", "kubernetes"],
  ["KubernetesCluster", "kubernetes"],
  ["AWSBatchServiceTag", "batch"],
  ["aws:batch:compute-environment", "batch"],
  ["aws:elasticmapreduce:job-flow-id", "emr"],
])("the tag %s, of the instance or of its group, says %s", (tag, owner) => {
  const tags = { Name: "x", [tag]: "y" };
  expect(ownerOf({ ...nobody, instance: instance("i-1", { tags }) })).toEqual({
    owner,
    because: `tag ${tag} of the instance`,
  });
  expect(ownerOf({ ...nobody, instance: instance("i-1"), group: group("g", { tags }) })).toEqual({
    owner,
    because: `tag ${tag} of the group`,
  });
});

test("a Karpenter node carries its Kubernetes cluster's tag too, and is Karpenter's", () => {
  const tags = { "kubernetes.io/cluster/prod": "owned", "karpenter.sh/nodepool": "default" };
  expect(ownerOf({ ...nobody, instance: instance("i-1", { tags }) }).owner).toBe("karpenter");
});

test("a capacity provider of ECS Managed Instances says so", () => {
  const capacityProvider = {
    name: "mi",
    groupArn: null,
    managedDraining: true,
    managedTerminationProtection: false,
    managedInstances: true,
  };
  expect(ownerOf({ ...nobody, instance: instance("i-1"), capacityProvider }).owner).toBe("ecs-managed-instances");
});

test.each([
  ["eks.amazonaws.com", "eks-auto-mode"],
  ["a-new-service.amazonaws.com", "operator-managed"],
])("a group whose operator is %s is %s, though EC2 says nothing of its instances", (operator, owner) => {
  expect(ownerOf({ ...nobody, instance: instance("i-1"), group: group("g", { operator }) })).toEqual({
    owner,
    because: `Operator.Principal ${operator} of the group`,
  });
});

test.each(["spot", "capacity-block", "interruptible-capacity-reservation", null])(
  "lifecycle %s alone leaves it ours",
  (lifecycle) => {
    const tags = { Name: "web", "aws:autoscaling:groupName": "g", "aws:ec2:fleet-id": "fleet-1" };
    const plain = instance("i-1", { lifecycle, tags, operator: { managed: false, principal: null } });
    expect(ownerOf({ ...nobody, instance: plain, group: group("g") })).toEqual({ owner: "ours", because: null });
  },
);

test("fleets are told by their tags", () => {
  expect(fleetOf(instance("i-1", { tags: { "aws:ec2:fleet-id": "fleet-1" } }))).toEqual({
    type: "ec2-fleet",
    id: "fleet-1",
  });
  expect(fleetOf(instance("i-1", { tags: { "aws:ec2spot:fleet-request-id": "sfr-1" } }))).toEqual({
    type: "spot-fleet",
    id: "sfr-1",
  });
  expect(fleetOf(instance("i-1"))).toBe(null);
  expect(fleetOf(null)).toBe(null);
});
