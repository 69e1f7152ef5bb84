import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { awsThrottleRules } from "@spotkeeper/simulator";
import type { AutoScalingGroup } from "../../src/aws/calls/auto-scaling.ts";
import { home, sandboxBench, stormBench } from "./fleet.ts";

let it: ReturnType<typeof sandboxBench>;
beforeEach(() => {
  it = sandboxBench();
});
afterEach(() => it.close());

const membersOf = (group: string): string[] => [...it.region.groups.get(group)!.members.keys()];
const unknown = "i-00000000000000000";

describe("EC2", () => {
  test("terminating: twice is `already`; what EC2 does not know fails, and nobody else", async () => {
    const [one = "", other = ""] = membersOf("legacy-api");
    const [first, second, third] = await it.run(
      Promise.allSettled([one, other, unknown].map((id) => it.aws.ec2.terminateInstance(home, id, it.ask))),
    );
    expect([first, second]).toMatchObject([
      { value: { already: false, requestId: expect.stringMatching(/^[\w-]{36}$/) as string } },
      { value: { already: false } },
    ]);
    expect(third).toMatchObject({ reason: { fields: { kind: "not-found" } } });
    const again = await it.run(it.aws.ec2.terminateInstance(home, one, it.ask));
    expect(again.already).toBe(true);
  });
});

describe("ECS", () => {
  test("DRAINING is merged by ten, each is answered alone, and who is gone is `already`", async () => {
    const storm = await stormBench(100);
    const { ecs } = storm.aws;
    const containers = [
      ...(await storm.run(ecs.containerInstances(home, "cluster-1", null, storm.ask))).values(),
    ].flat();
    const arns = containers.map(({ arn }) => arn);
    const gone = arns[0]!.replace(/[^/]+$/, "00000000000000000000000000000000");
    storm.records.length = 0;
    const receipts = await storm.run(
      Promise.all([...arns, gone].map((arn) => ecs.setState(home, "cluster-1", arn, "DRAINING", storm.ask))),
    );
    expect(receipts.map(({ already }) => already)).toEqual([...arns.map(() => false), true]);
    expect(storm.calls()).toHaveLength(Math.ceil((arns.length + 1) / 10));
    const after = await storm.run(ecs.containerInstances(home, "cluster-1", null, storm.ask));
    expect(new Set([...after.values()].flat().map(({ status }) => status))).toEqual(new Set(["DRAINING"]));
    await storm.run(ecs.setState(home, "cluster-1", arns[0]!, "ACTIVE", storm.ask));
    const back = await storm.run(ecs.containerInstances(home, "cluster-1", [containers[0]!.instanceId], storm.ask));
    expect(back.get(containers[0]!.instanceId)?.[0]?.status).toBe("ACTIVE");
    storm.close();
  });

  test("a task is told to stop; one that ECS has forgotten is `already`", async () => {
    const { ecs } = it.aws;
    const [one] = [...(await it.run(ecs.containerInstances(home, "shop", null, it.ask))).values()].flat();
    const [task] = await it.run(ecs.tasksOn(home, "shop", one!.arn, it.ask));
    expect(await it.run(ecs.stopTask(home, "shop", task!.arn, "a reason", it.ask))).toMatchObject({ already: false });
    const [stopped] = (await it.run(ecs.describeTasks(home, "shop", [task!.arn], it.ask))).values();
    expect(stopped).toMatchObject({ desiredStatus: "STOPPED" });
    const forgotten = task!.arn.replace(/[^/]+$/, "00000000000000000000000000000000");
    expect(await it.run(ecs.stopTask(home, "shop", forgotten, "a reason", it.ask))).toMatchObject({ already: true });
  });
});

describe("load balancers", () => {
  test("many targets of a group leave in one call, and come back", async () => {
    const { ecs, elb } = it.aws;
    const services = await it.run(ecs.describeServices(home, "shop", ["web"], it.ask));
    const arn = services.get("web")!.targets[0]!.targetGroupArn;
    const targets = (await it.run(elb.targetHealth(home, arn, it.ask))).map(({ id, port }) => ({ id, port }));
    it.records.length = 0;
    const receipts = await it.run(Promise.all(targets.map((target) => elb.deregister(home, arn, target, it.ask))));
    expect(receipts).toHaveLength(24);
    expect(it.calls()).toEqual(["elasticloadbalancing:DeregisterTargets"]);
    const draining = await it.run(elb.targetHealth(home, arn, it.ask));
    expect(new Set(draining.map(({ state }) => state))).toEqual(new Set(["draining"]));
    await it.run(elb.register(home, arn, targets[0]!, it.ask));
    const back = await it.run(elb.targetHealth(home, arn, it.ask));
    expect(back.find(({ id }) => id === targets[0]!.id)?.state).not.toBe("draining");
  });

  test("a target group that is gone has no targets to deregister", async () => {
    const arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gone/0000000000000000";
    const target = { id: "10.0.0.1", port: 80 };
    expect(await it.run(it.aws.elb.deregister(home, arn, target, it.ask))).toMatchObject({ already: true });
    await expect(it.run(it.aws.elb.register(home, arn, target, it.ask))).rejects.toMatchObject({
      fields: { kind: "not-found", retryable: false },
    });
  });
});

describe("Auto Scaling", () => {
  test("a lifecycle action is kept alive and completed; one that is over is `already`", async () => {
    const { autoScaling } = it.aws;
    const [id = ""] = membersOf("shop-workers");
    const action = { group: "shop-workers", hook: "graceful-shutdown-hook", instanceId: id, token: null };
    const over = await it.run(autoScaling.completeLifecycle(home, action, it.ask));
    expect(over.already).toBe(true);
    await it.run(autoScaling.terminateInGroup(home, id, false, it.ask));
    await it.clock.runUntil(it.clock.now() + 5_000);
    expect(await it.run(autoScaling.heartbeat(home, action, it.ask))).toMatchObject({ already: false });
    expect(await it.run(autoScaling.completeLifecycle(home, action, it.ask))).toMatchObject({ already: false });
    expect(await it.run(autoScaling.heartbeat(home, action, it.ask))).toMatchObject({ already: true });
  });

  test("detaching keeps the desired capacity, and takes twenty a call", async () => {
    const { autoScaling } = it.aws;
    const group = it.region.groups.get("shop-web")!;
    const { desired } = group;
    const ids = membersOf("shop-web").slice(0, 25);
    await it.run(autoScaling.detach(home, "shop-web", ids, it.ask));
    expect(it.calls()).toEqual(["autoscaling:DetachInstances", "autoscaling:DetachInstances"]);
    expect(it.region.groups.get("shop-web")!.desired).toBe(desired);
    const members = await it.run(autoScaling.memberships(home, ids, it.ask));
    expect([...members.values()].filter(({ state }) => state === "InService")).toEqual([]);
    await it.clock.runUntil(it.clock.now() + 120_000);
    expect(await it.run(autoScaling.detach(home, "shop-web", ids.slice(0, 1), it.ask))).toMatchObject({
      already: true,
    });
  });

  test("desired capacity, and terminating with decrement; what is gone is `already`", async () => {
    const { autoScaling } = it.aws;
    const before = it.region.groups.get("shop-web")!.desired;
    await it.run(autoScaling.setDesired(home, "shop-web", before + 2, it.ask));
    expect(it.region.groups.get("shop-web")!.desired).toBe(before + 2);
    const [id = ""] = membersOf("shop-web");
    expect(await it.run(autoScaling.terminateInGroup(home, id, true, it.ask))).toMatchObject({ already: false });
    expect(it.region.groups.get("shop-web")!.desired).toBe(before + 1);
    expect(await it.run(autoScaling.terminateInGroup(home, unknown, true, it.ask))).toMatchObject({ already: true });
    expect(it.region.groups.get("shop-web")!.desired).toBe(before + 1);
    await expect(it.run(autoScaling.setDesired(home, "shop-web", 1_000, it.ask))).rejects.toMatchObject({
      fields: { kind: "invalid", awsCode: "ValidationError" },
    });
  });

  test("the On-Demand base is set, the rest of the policy and its template stay", async () => {
    const { autoScaling } = it.aws;
    const read = async (): Promise<AutoScalingGroup> =>
      (await it.run(autoScaling.describeGroups(home, ["shop-web"], it.ask))).get("shop-web")!;
    const before = await read();
    const base = before.onDemand!.base + 2;
    await it.run(autoScaling.setOnDemandBase(home, "shop-web", base, it.ask));
    expect(await read()).toMatchObject({ onDemand: { base, percent: before.onDemand!.percent }, max: before.max });
    const sent = it.simulator.calls.recent().at(-2)!;
    expect([sent.operation, it.calls().at(-2)]).toEqual([
      "UpdateAutoScalingGroup",
      "autoscaling:UpdateAutoScalingGroup",
    ]);
    await expect(it.run(autoScaling.setOnDemandBase(home, "none", 1, it.ask))).rejects.toMatchObject({
      fields: { kind: "invalid", awsCode: "NoMixedInstancesPolicy" },
    });
  });

  test("two who ask for the same guarded write make two", async () => {
    const { autoScaling } = it.aws;
    const desired = it.region.groups.get("shop-web")!.desired + 1;
    await it.run(Promise.all([1, 2].map(() => autoScaling.setDesired(home, "shop-web", desired, it.ask))));
    expect(it.calls()).toHaveLength(2);
  });
});

test("SNS takes the message with its subject and attributes", async () => {
  const topicArn = "arn:aws:sns:us-east-1:123456789012:alerts";
  const message = {
    subject: "a subject",
    body: "a body",
    attributes: { severity: "high" },
    deduplicationId: null,
    groupId: null,
  };
  const { messageId } = await it.run(it.aws.sns.publish(home, topicArn, message, it.ask));
  expect(messageId).not.toBeNull();
  expect(it.simulator.topics.published()).toMatchObject([
    { subject: "a subject", message: "a body", attributes: { severity: { StringValue: "high" } } },
  ]);
});

test("a storm of hundreds stays within AWS's budgets", async () => {
  const storm = await stormBench(400, { throttleRules: awsThrottleRules });
  const { ecs, ec2, autoScaling } = storm.aws;
  const containers = [...(await storm.run(ecs.containerInstances(home, "cluster-1", null, storm.ask))).values()].flat();
  const started = storm.clock.now();
  await storm.run(
    Promise.all(
      containers.flatMap(({ arn, instanceId }) => [
        ecs.setState(home, "cluster-1", arn, "DRAINING", storm.ask),
        ec2.describeInstances(home, [instanceId], storm.ask),
        autoScaling.heartbeat(
          home,
          { group: "cluster-1-nodes", hook: "graceful-shutdown-hook", instanceId, token: null },
          storm.ask,
        ),
      ]),
    ),
  );
  expect(storm.records.filter(({ outcome }) => outcome === "throttled")).toEqual([]);
  // 480 heartbeats through a bucket of 100 and 20 a second, of which nine tenths are used.
  const floor = ((480 - 90) / 18) * 1000;
  expect(storm.clock.now() - started).toBeGreaterThan(floor);
  expect(storm.clock.now() - started).toBeLessThan(floor + 1_000);
  storm.close();
});
