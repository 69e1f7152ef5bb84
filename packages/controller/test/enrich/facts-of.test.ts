import { expect, test } from "vitest";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { groupId } from "../../src/inventory/ids.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import {
  clusterArn,
  container,
  definitionArn,
  group,
  hook,
  instance,
  place,
  service,
  target,
  targetGroupArn,
  task,
} from "./support/fleet.ts";

const ID = "i-00000000000000001";
const NOW = Date.UTC(2026, 10, 21);
const TG = targetGroupArn("web");

const facts = (inventory: Inventory, doomed: readonly string[] = [ID], at: typeof place | null = place): Facts =>
  factsOf(inventory, { type: "instance", id: ID }, at, new Set(doomed), defaultOverrides, NOW);

/** In a group, in no cluster. */
function inGroup(more: Parameters<typeof group>[1] = {}): Inventory {
  const inventory = createMemoryInventory();
  inventory.put("instance", ID, instance(ID), NOW);
  inventory.put("membership", ID, { instanceId: ID, group: "g", state: "InService", protected: true }, NOW - 5);
  inventory.put("group", groupId(place, "g"), group("g", more), NOW);
  inventory.put("hooks", groupId(place, "g"), [hook("g")], NOW);
  inventory.put("searched", ID, "all", NOW);
  return inventory;
}

/** In no group, in a cluster with one task of each role. */
function inCluster(): Inventory {
  const inventory = createMemoryInventory();
  const host = container("web", ID);
  inventory.put("instance", ID, instance(ID), NOW);
  inventory.put("membership", ID, null, NOW);
  inventory.put("container", host.arn, host, NOW);
  inventory.put(
    "tasks",
    host.arn,
    [
      task("web", "1", {
        group: "service:shop",
        taskDefinitionArn: definitionArn("shop"),
        privateAddresses: ["10.1.0.1"],
      }),
      task("web", "2", { group: "service:logs" }),
      task("web", "3", { group: "family:batch" }),
    ],
    NOW,
  );
  const targets = [{ targetGroupArn: TG, containerPort: 8080 }];
  inventory.put("service", service("web", "shop").arn, service("web", "shop", { targets }), NOW);
  inventory.put("service", service("web", "logs").arn, service("web", "logs", { daemon: true }), NOW);
  inventory.put(
    "taskDefinition",
    definitionArn("shop"),
    { arn: definitionArn("shop"), stopTimeout: 90_000, networkMode: "awsvpc" },
    NOW,
  );
  return inventory;
}

test("knowing nothing, everything is missing, and nothing is said not to be", () => {
  const cold = facts(createMemoryInventory());
  expect(cold).toMatchObject({ complete: false, notInEcs: false, groupName: null, observedAt: null, owner: "ours" });
  expect(cold.missing).toEqual([
    { what: "instance", why: "not asked yet" },
    { what: "owner", why: "its tags are not known" },
    { what: "group", why: "not asked yet" },
    { what: "cluster", why: "not asked yet" },
  ]);
});

test("in a group: membership, hooks, and the oldest observation", () => {
  expect(facts(inGroup())).toMatchObject({
    complete: true,
    groupName: "g",
    groupState: "InService",
    protectedFromScaleIn: true,
    hooks: [{ name: "graceful-shutdown-hook" }],
    notInEcs: true,
    missing: [],
    observedAt: NOW - 5,
  });
});

test("a group whose hooks could not be asked leaves the facts incomplete", () => {
  const inventory = inGroup();
  inventory.forget("hooks", groupId(place, "g"));
  expect(facts(inventory)).toMatchObject({ complete: false, missing: [{ what: "hooks", why: "g: not asked yet" }] });
});

test("without a region the group's name is known, and why no more", () => {
  expect(facts(inGroup(), [ID], null)).toMatchObject({ groupName: "g", group: null, complete: false });
  expect(facts(inGroup(), [ID], null).missing[0]?.why).toMatch(/set aws.regions/);
});

test("targets by the group: unseen they are named without a port, seen as they are registered", () => {
  const inventory = inGroup({ targetGroupArns: [TG], trafficSources: [{ type: "elbv2", identifier: TG }] });
  const unseen = facts(inventory);
  expect(unseen.targets).toMatchObject([
    { targetGroupArn: TG, id: ID, port: null, state: null, healthyElsewhere: null },
  ]);
  expect(unseen.missing).toEqual([{ what: "targets", why: "web: not asked yet" }]);
  inventory.put(
    "health",
    TG,
    [target(ID, 80), target("i-2", 80), target("i-3", 80), target("i-4", 80, { state: "unhealthy" })],
    NOW,
  );
  expect(facts(inventory).targets).toMatchObject([{ id: ID, port: 80, state: "healthy", healthyElsewhere: 2 }]);
  expect(facts(inventory, [ID, "i-2"]).targets[0]?.healthyElsewhere).toBe(1);
  expect(facts(inventory, [ID, "i-2", "i-3"]).targets[0]?.healthyElsewhere).toBe(0);
});

test("a new list without it: it is no target; an old one may lack it", () => {
  const inventory = inGroup({ targetGroupArns: [TG] });
  inventory.put("health", TG, [target("i-2", 80)], NOW - 1_000);
  expect(facts(inventory).targets).toEqual([]);
  const old = inGroup({ targetGroupArns: [TG] });
  old.put("health", TG, [target("i-2", 80)], NOW - 3_600_000);
  expect(facts(old).targets).toMatchObject([{ id: ID, port: null, state: null, healthyElsewhere: 1 }]);
});

test("registered by hand, in a target group that nothing leads to", () => {
  const inventory = inGroup();
  inventory.put("health", TG, [target(ID, 9000), target(ID, 9001), target("i-2", 80)], NOW);
  expect(facts(inventory).targets.map((one) => one.port)).toEqual([9000, 9001]);
});

test("tasks with their roles and time to stop", () => {
  const { tasks, services, missing } = facts(inCluster());
  expect(tasks.map((one) => [one.role, one.service, one.stopTimeout])).toEqual([
    ["service", "shop", 90_000],
    ["daemon", "logs", null],
    ["standalone", null, null],
  ]);
  expect(services.map((one) => one.name)).toEqual(["shop", "logs"]);
  expect(missing).toEqual([{ what: "targets", why: "web: not asked yet" }]);
});

test("a task's own address is its target; other addresses and other networks' equal ones are not", () => {
  const inventory = inCluster();
  expect(facts(inventory).targets).toMatchObject([{ id: "10.1.0.1", port: 8080, state: null }]);
  inventory.put("health", TG, [target("10.1.0.1", 8080), target("10.1.0.2", 8080)], NOW);
  inventory.put("health", targetGroupArn("other"), [target("10.1.0.1", 80), target("10.0.0.1", 80)], NOW);
  expect(facts(inventory).targets).toMatchObject([{ targetGroupArn: TG, id: "10.1.0.1", healthyElsewhere: 1 }]);
});

test("a task without a known address is not taken for one that is reached through its instance", () => {
  const inventory = inCluster();
  const host = container("web", ID);
  const tasks = (ownInterface: boolean) => [task("web", "1", { group: "service:shop", ownInterface })];
  inventory.put("health", TG, [target(ID, 8080), target("10.1.0.2", 8080)], NOW);
  inventory.put("tasks", host.arn, tasks(false), NOW + 1);
  expect(facts(inventory).targets.map(({ id }) => id)).toEqual([ID]);
  inventory.put("tasks", host.arn, tasks(true), NOW + 2);
  inventory.put("health", TG, [target("10.1.0.1", 8080), target("10.1.0.2", 8080)], NOW + 2);
  expect(facts(inventory).targets).toEqual([]);
  expect(facts(inventory).missing).toContainEqual({
    what: "targets",
    why: "shop: ECS names no address of 1 of its tasks",
  });
});

test("of two target groups that take turns, a task is taken out of the one in which it is seen", () => {
  const inventory = inCluster();
  const green = targetGroupArn("green");
  const targets = [
    { targetGroupArn: TG, containerPort: 8080, pairedWith: green },
    { targetGroupArn: green, containerPort: 8080, pairedWith: TG },
  ];
  const named = service("web", "shop", { targets });
  inventory.put("service", named.arn, named, NOW + 1);
  const groups = (): string[] => facts(inventory).targets.map(({ targetGroupArn: arn }) => arn);
  inventory.forget("health", TG);
  // Seen in neither: it is taken out of both, unseen.
  expect(groups().toSorted()).toEqual([TG, green].toSorted());
  inventory.put("health", green, [target("10.1.0.1", 8080)], NOW - 600_000);
  expect(groups()).toEqual([green]);
});

test("healthy elsewhere counts addresses of other doomed instances' tasks as doomed", () => {
  const inventory = inCluster();
  const other = container("web", "i-2");
  inventory.put("container", other.arn, other, NOW);
  inventory.put("tasks", other.arn, [task("web", "9", { group: "service:shop", privateAddresses: ["10.1.0.2"] })], NOW);
  inventory.put("health", TG, [target("10.1.0.1", 8080), target("10.1.0.2", 8080)], NOW);
  expect(facts(inventory, [ID]).targets[0]?.healthyElsewhere).toBe(1);
  expect(facts(inventory, [ID, "i-2"]).targets[0]?.healthyElsewhere).toBe(0);
});

test("a task of a Managed Daemon is a daemon, and stands alone for nobody", () => {
  const inventory = inCluster();
  const arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/monitoring:1";
  const tasks = [
    task("web", "1", { group: "daemon:monitoring", launchType: "MANAGED_INSTANCES", taskDefinitionArn: arn }),
    task("web", "2", { group: "family:batch" }),
  ];
  inventory.put("tasks", container("web", ID).arn, tasks, NOW + 1);
  expect(facts(inventory).tasks.map(({ role, service }) => [role, service])).toEqual([
    ["daemon", null],
    ["standalone", null],
  ]);
});

test("a service that could not be asked is missing by name, and its tasks keep their role", () => {
  const inventory = inCluster();
  inventory.forget("service", service("web", "shop").arn);
  inventory.put(
    "failure",
    `service/${service("web", "shop").arn}`,
    { kind: "denied", why: "denied: ecs:DescribeServices (AccessDenied)" },
    NOW,
  );
  const { missing, tasks } = facts(inventory);
  expect(missing).toEqual([{ what: "services", why: "shop: denied: ecs:DescribeServices (AccessDenied)" }]);
  expect(tasks[0]).toMatchObject({ role: "service", service: "shop" });
});

test("tasks that could not be asked are missing, and not none", () => {
  const inventory = inCluster();
  inventory.forget("tasks", container("web", ID).arn);
  expect(facts(inventory)).toMatchObject({
    complete: true,
    tasks: [],
    missing: [{ what: "tasks", why: "not asked yet" }],
  });
});

test("classic load balancers and Lattice targets, by group and by service", () => {
  const lattice = "tg-0123456789abcdef0";
  const trafficSources = [
    { type: "elb", identifier: "old" },
    { type: "vpc-lattice", identifier: lattice },
  ];
  const inventory = inGroup({ classicLoadBalancers: ["old", "older"], trafficSources });
  expect(facts(inventory).classicLoadBalancers).toEqual(["old", "older"]);
  expect(facts(inventory).latticeTargets).toEqual([{ targetGroup: lattice, id: ID, port: null }]);
  inventory.put(
    "lattice",
    lattice,
    [
      { id: ID, port: 80, status: "HEALTHY" },
      { id: "i-2", port: 80, status: "HEALTHY" },
    ],
    NOW,
  );
  expect(facts(inventory).latticeTargets).toEqual([{ targetGroup: lattice, id: ID, port: 80 }]);
});

test("Cloud Map: by task, address and host, and not the neighbours'", () => {
  const inventory = inCluster();
  const registry = "arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-1";
  inventory.put(
    "service",
    service("web", "shop").arn,
    service("web", "shop", { serviceRegistries: [registry] }),
    NOW + 1,
  );
  expect(facts(inventory).missing).toContainEqual({ what: "discovery", why: "shop: not asked yet" });
  inventory.put(
    "discovery",
    "srv-1",
    [
      { id: "1", attributes: { EC2_INSTANCE_ID: ID } },
      { id: "x", attributes: { AWS_INSTANCE_IPV4: "10.1.0.1" } },
      { id: "y", attributes: { EC2_INSTANCE_ID: ID } },
      { id: "z", attributes: { EC2_INSTANCE_ID: "i-2", AWS_INSTANCE_IPV4: "10.1.0.2" } },
    ],
    NOW,
  );
  inventory.put("discovery", "srv-2", [{ id: ID, attributes: {} }], NOW);
  expect(facts(inventory).discovery.map((one) => `${one.serviceId}/${one.instanceId}`)).toEqual([
    "srv-1/1",
    "srv-1/x",
    "srv-1/y",
    "srv-2/" + ID,
  ]);
});

test("the capacity provider is the container instance's, or its group's", () => {
  const provider = { managedDraining: true, managedTerminationProtection: false, managedInstances: false };
  const inventory = inGroup();
  inventory.put(
    "capacityProviders",
    "111122223333/eu-west-1",
    [
      { ...provider, name: "other", groupArn: "arn:other" },
      { ...provider, name: "mine", groupArn: group("g").arn },
    ],
    NOW,
  );
  expect(facts(inventory).capacityProvider?.name).toBe("mine");
  const host = container("web", ID, { capacityProvider: "other" });
  inventory.put("container", host.arn, host, NOW + 1);
  expect(facts(inventory).capacityProvider?.name).toBe("other");
});

test("tags of the cluster are known where it was described", () => {
  const inventory = inCluster();
  inventory.put(
    "cluster",
    clusterArn("web"),
    { arn: clusterArn("web"), tags: { team: "shop" }, capacityProviders: [] },
    NOW,
  );
  expect(facts(inventory).clusterTags).toEqual({ team: "shop" });
});
