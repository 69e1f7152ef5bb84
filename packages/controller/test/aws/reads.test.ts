import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { home, sandboxBench, stormBench } from "./fleet.ts";

let it: ReturnType<typeof sandboxBench>;
beforeEach(() => {
  it = sandboxBench();
});
afterEach(() => it.close());

const unknown = "i-00000000000000000";

describe("EC2", () => {
  test("instances are described by filter, and one that is unknown fails nobody", async () => {
    const ids = [...it.region.instances.keys()];
    const found = await it.run(it.aws.ec2.describeInstances(home, [...ids, unknown], it.ask));
    expect(found.size).toBe(ids.length);
    expect(found.has(unknown)).toBe(false);
    const spot = [...found.values()].find(({ lifecycle }) => lifecycle === "spot");
    expect(spot).toMatchObject({
      type: expect.stringMatching(/^\w+\.\w+$/),
      availabilityZone: expect.stringMatching(/^us-east-1[abc]$/),
      zoneId: expect.stringMatching(/^use1-az/),
      privateIp: expect.stringMatching(/^10\./),
      state: "running",
      operator: { managed: false, principal: null },
    });
    expect(spot?.tags["aws:autoscaling:groupName"]).toBeDefined();
    // 121 ids, a hundred a call.
    expect(it.calls()).toEqual(["ec2:DescribeInstances", "ec2:DescribeInstances"]);
  });

  test("what a storm asks at once is merged", async () => {
    const ids = [...it.region.instances.keys()].slice(0, 100);
    const asked = ids.map((id) => it.aws.ec2.describeInstances(home, [id], it.ask));
    const found = await it.run(Promise.all(asked));
    expect(found.map((one) => [...one.keys()])).toEqual(ids.map((id) => [id]));
    expect(it.calls()).toHaveLength(1);
  });
});

describe("Auto Scaling", () => {
  test("groups, members and hooks", async () => {
    const { autoScaling } = it.aws;
    const all = await it.run(autoScaling.listGroups(home, it.ask));
    expect(all.length).toBeGreaterThanOrEqual(6);
    const names = all.map(({ name }) => name);
    const found = await it.run(autoScaling.describeGroups(home, [...names, "no-such-group"], it.ask));
    expect([...found.keys()].toSorted()).toEqual(names.toSorted());
    const group = found.get("shop-web")!;
    expect(group.instances).toHaveLength(group.desired);
    expect(group.instances[0]).toMatchObject({ state: "InService", health: "Healthy", protected: false });

    const ids = all.flatMap(({ instances }) => instances.map(({ id }) => id));
    const members = await it.run(autoScaling.memberships(home, [...ids, unknown], it.ask));
    expect(members.size).toBe(ids.length);
    expect(members.get(group.instances[0]!.id)).toMatchObject({ group: "shop-web", state: "InService" });

    const hooks = await it.run(autoScaling.describeHooks(home, "data-stream", it.ask));
    expect(hooks.map(({ name, transition, heartbeatTimeout }) => [name, transition, heartbeatTimeout])).toEqual([
      ["graceful-shutdown-hook", "terminating", 300_000],
      ["log-shipper-hook", "terminating", 60_000],
    ]);
    expect(await it.run(autoScaling.refreshing(home, "shop-web", it.ask))).toBe(false);
  });

  test("activities since an instant", async () => {
    const { autoScaling } = it.aws;
    await it.clock.runUntil(it.clock.now() + 60_000);
    const since = it.clock.now();
    const group = it.region.groups.get("shop-web")!;
    const ask = { purpose: "act", deadline: since + 60_000 } as const;
    await it.run(autoScaling.setDesired(home, "shop-web", group.desired + 1, ask));
    await it.clock.runUntil(it.clock.now() + 200_000);
    const found = await it.run(autoScaling.activities(home, "shop-web", since, it.ask));
    expect(found.length).toBeGreaterThan(0);
    for (const { startedAt } of found) expect(startedAt).toBeGreaterThanOrEqual(since);
    const asked = it.simulator.calls.recent().findLast(({ operation }) => operation === "DescribeScalingActivities");
    const second = new Date(Math.floor(since / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
    expect(asked?.input).toMatchObject({ Filters: [{ Name: "StartTimeLowerBound", Values: [second] }] });
    expect(await it.run(autoScaling.activities(home, "shop-web", it.clock.now(), it.ask))).toEqual([]);
  });
});

describe("ECS", () => {
  test("clusters, capacity providers, services", async () => {
    const { ecs } = it.aws;
    const clusters = await it.run(ecs.listClusters(home, it.ask));
    expect(clusters.map((arn) => arn.slice(arn.lastIndexOf("/") + 1))).toEqual(["shop", "data"]);
    const described = await it.run(ecs.describeClusters(home, clusters, it.ask));
    expect(described.get(clusters[0]!)?.capacityProviders).toContain("shop-web-provider");
    const providers = await it.run(ecs.describeCapacityProviders(home, it.ask));
    expect(providers.find(({ name }) => name === "data-batch-provider")).toMatchObject({
      managedDraining: true,
      managedTerminationProtection: true,
      groupArn: expect.stringContaining("data-batch"),
    });
    const arns = await it.run(ecs.listServices(home, "shop", it.ask));
    expect(arns).toHaveLength(8);
    const services = await it.run(ecs.describeServices(home, "shop", ["web", "log-agent", "no-such-service"], it.ask));
    expect([...services.keys()]).toEqual(["web", "log-agent"]);
    expect(services.get("log-agent")).toMatchObject({ daemon: true, targets: [], minimumHealthyPercent: 0 });
    expect(services.get("web")).toMatchObject({
      desired: 24,
      daemon: false,
      targets: [{ targetGroupArn: expect.stringContaining("shop-web"), containerPort: 8080 }],
    });
    const arn = services.get("web")!.taskDefinitionArn;
    expect(await it.run(ecs.taskDefinition(home, arn, it.ask))).toMatchObject({ arn });
  });

  test("container instances by instance, and all of a cluster", async () => {
    const { ecs } = it.aws;
    const all = await it.run(ecs.containerInstances(home, "shop", null, it.ask));
    expect(all.size).toBe(54);
    const ids = [...all.keys()].slice(0, 3);
    it.records.length = 0;
    const some = await it.run(ecs.containerInstances(home, "shop", [...ids, unknown], it.ask));
    expect([...some.keys()].toSorted()).toEqual(ids.toSorted());
    expect(it.calls()).toEqual(["ecs:ListContainerInstances", "ecs:DescribeContainerInstances"]);
    const none = await it.run(ecs.containerInstances(home, "data", ids, it.ask));
    expect(none.size).toBe(0);
  });

  test("tasks on one container instance cost two calls, on a whole cluster hardly more", async () => {
    const storm = await stormBench(100);
    const { ecs } = storm.aws;
    const [cluster = ""] = await storm.run(ecs.listClusters(home, storm.ask));
    const containers = [...(await storm.run(ecs.containerInstances(home, cluster, null, storm.ask))).values()].flat();
    const read = (some: typeof containers) =>
      storm.run(Promise.all(some.map(({ arn }) => ecs.tasksOn(home, cluster, arn, storm.ask))));

    storm.records.length = 0;
    const [alone = []] = await read(containers.slice(0, 1));
    expect(storm.calls()).toEqual(["ecs:ListTasks", "ecs:DescribeTasks"]);

    storm.records.length = 0;
    const all = await read(containers);
    // 180 tasks: two pages of ARNs, two calls to describe them.
    expect(storm.calls()).toHaveLength(4);
    expect(all[0]?.map(({ arn }) => arn).toSorted()).toEqual(alone.map(({ arn }) => arn).toSorted());
    for (const [index, tasks] of all.entries()) {
      for (const task of tasks) expect(task.containerInstanceArn).toBe(containers[index]!.arn);
      expect(tasks).toHaveLength(containers[index]!.runningTasks);
    }

    storm.records.length = 0;
    const three = await read(containers.slice(0, 3));
    // One page of the cluster shows that there is more than three ones cost: by instance, then.
    expect(storm.calls()).toEqual([...Array.from({ length: 4 }, () => "ecs:ListTasks"), "ecs:DescribeTasks"]);
    expect(three).toEqual(all.slice(0, 3));
    storm.close();
  });

  test("tasks by ARN; one that is unknown is absent", async () => {
    const { ecs } = it.aws;
    const containers = await it.run(ecs.containerInstances(home, "shop", null, it.ask));
    const [one] = [...containers.values()].flat();
    const tasks = await it.run(ecs.tasksOn(home, "shop", one!.arn, it.ask));
    const arns = tasks.map(({ arn }) => arn);
    const found = await it.run(ecs.describeTasks(home, "shop", [...arns, `${arns[0]!.slice(0, -4)}0000`], it.ask));
    expect([...found.keys()]).toEqual(arns);
  });
});

describe("load balancers", () => {
  test("target groups, their attributes and health; one that is gone is absent, and fails nobody", async () => {
    const { ecs, elb } = it.aws;
    const services = await it.run(ecs.describeServices(home, "shop", ["web", "checkout"], it.ask));
    const arns = [...services.values()].flatMap(({ targets }) => targets.map(({ targetGroupArn }) => targetGroupArn));
    const gone = arns[0]!.replace(/[^/]+$/, "0000000000000000");
    const groups = await it.run(elb.describeTargetGroups(home, [...arns, gone], it.ask));
    expect([...groups.keys()].toSorted()).toEqual(arns.toSorted());
    expect(groups.get(arns[0]!)).toMatchObject({ name: "shop-web", targetType: "ip", protocol: "HTTP" });
    expect(await it.run(elb.targetGroupAttributes(home, arns[0]!, it.ask))).toEqual({
      deregistrationDelay: 30_000,
      connectionTermination: false,
      gwlbFailover: null,
    });
    it.records.length = 0;
    const many = Array.from({ length: 20 }, () => it.aws.elb.targetHealth(home, arns[0]!, it.ask));
    const [health] = await it.run(Promise.all(many));
    expect(health).toHaveLength(24);
    expect(health?.[0]).toMatchObject({ state: "healthy", port: 8080 });
    expect(it.calls()).toEqual(["elasticloadbalancing:DescribeTargetHealth"]);
  });
});
