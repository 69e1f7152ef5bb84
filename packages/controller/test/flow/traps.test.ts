import {
  createCluster,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  interruptTask,
  spotkeeperRules,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { ACCOUNT, type Box, openBox, QUEUE, REGION } from "./box.ts";
import { groupOf, HOOK, hostOf, hostsOf, ourHook, scaleIn, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** The addresses behind the balancer, and those of the tasks that run. */
const balanced = (): { targets: string[]; tasks: string[] } => {
  const [group] = box.region.targetGroups.values();
  const tasks = [...(box.region.clusters.get("shop")?.services.get("web")?.tasks ?? [])];
  return {
    targets: [...(group?.targets.values() ?? [])].map((one) => `${one.id} ${one.state}`).toSorted(),
    tasks: tasks.map((one) => `${one.privateIp} healthy`).toSorted(),
  };
};

test("a return to the warm pool: drained, its hook completed, nobody told", async () => {
  box = await openBox({
    build: shop(),
    carry: (body, deliver) => deliver(body.replace('"Destination":"EC2"', '"Destination":"WarmPool"')),
  });
  await box.run(60);
  scaleIn(box.world, groupOf(box.region));
  await box.run(1_200);
  const [doc] = await box.incidents();
  expect(doc?.body.outcome).toBe("returned-to-warm-pool");
  expect(effects(box, "drain")).toHaveLength(1);
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(1);
  expect(box.sent).toEqual([]);
  await expectSettled(box);
});

test("a scale-in: its hook is completed once it has drained, and nobody is told", async () => {
  box = await openBox({ build: shop({ web: { desired: 6 } }) });
  await box.run(60);
  scaleIn(box.world, groupOf(box.region));
  await box.run(1_200);
  const [doc] = await box.incidents();
  if (doc === undefined) throw new Error("no incident");
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(1);
  expect(step(doc.body, `complete:${HOOK}`).settledAt).toBeGreaterThanOrEqual(
    step(doc.body, "drain-tasks").settledAt ?? 0,
  );
  expect(step(doc.body, "drain-tasks")).toMatchObject({ state: "done" });
  expect(box.sent).toEqual([]);
  await expectSettled(box);
});

test("a scale-in without a hook of ours is a plain end", async () => {
  box = await openBox({ build: shop({ group: { hooks: [] } }) });
  await box.run(60);
  scaleIn(box.world, groupOf(box.region));
  await box.run(1_200);
  expect((await box.incidents()).map((doc) => doc.body.outcome)).toEqual(["plain-end"]);
  expect(box.sent).toEqual([]);
  await expectSettled(box);
});

test("a missed notice is recognised by what EC2 says of the end, and told", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { missed: true });
  await box.run(1_200);
  expect((await box.incidents()).map((doc) => doc.body.outcome)).toEqual(["missed-notice"]);
  const told = toldOf(box, victim.id);
  expect(told.filter((model) => model.phase === "receipt")).toHaveLength(1);
  expect(told.at(-1)?.headline).toMatch(/: ended without a warning$/);
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(1);
  await expectSettled(box);
});

test("a cancelled notice: what was taken away is put back, and told", async () => {
  box = await openBox({ build: shop({ web: { minimumHealthyPercent: 100 } }) });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { survives: true });
  await box.run(60);
  expect(victim.containerInstance?.status).toBe("DRAINING");
  await box.run(1_200);
  expect(victim.containerInstance?.status).toBe("ACTIVE");
  expect((await box.incident(victim.id)).outcome).toBe("cancelled");
  expect(toldOf(box, victim.id).at(-1)?.headline).toMatch(/: not interrupted after all$/);
  expect(balanced().targets).toEqual(balanced().tasks);
  await expectSettled(box);
});

test("a cancelled notice of an instance that is a target itself: registered again", async () => {
  box = await openBox({
    build: (world, region) => {
      const targets = createTargetGroup(world, region, {
        name: "front",
        loadBalancer: "front",
        deregistrationDelay: 20,
      });
      shop({ group: { targetGroups: [targets] } })(world, region);
    },
  });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { survives: true });
  await box.run(60);
  expect([...victim.targets].filter((one) => one.group.name === "front" && one.state !== "draining")).toEqual([]);
  await box.run(1_200);
  expect([...victim.targets].filter((one) => one.group.name === "front").map((one) => one.state)).toEqual(["healthy"]);
  await expectSettled(box);
});

test("an event scheduled in weeks is told now, and acted on an hour before", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  const inWeeks = box.clock.now() + 21 * 86_400_000;
  box.deliver(
    JSON.stringify({
      version: "0",
      id: "7bf73129-1428-4cd3-a780-95db273d1602",
      "detail-type": "AWS Health Event",
      source: "aws.health",
      account: ACCOUNT,
      time: new Date(box.clock.now()).toISOString(),
      region: REGION,
      resources: [victim.id],
      detail: {
        eventArn: `arn:aws:health:${REGION}::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/x`,
        service: "EC2",
        eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        eventTypeCategory: "scheduledChange",
        startTime: new Date(inWeeks).toUTCString(),
        endTime: new Date(inWeeks).toUTCString(),
        eventRegion: REGION,
        affectedEntities: [{ entityValue: victim.id }],
      },
    }),
  );
  await box.run(7_200);
  expect(writes(box)).toEqual([]);
  expect(toldOf(box, victim.id).map((model) => model.phase)).toEqual(["receipt"]);
  expect((await box.incident(victim.id)).closedAt).toBeNull();
});

test("a hook that is not ours is never touched", async () => {
  box = await openBox({
    build: shop({ group: { hooks: [ourHook, { ...ourHook, name: "backup-logs", heartbeatTimeout: 600 }] } }),
  });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  const hooks = writes(box).flatMap((call) =>
    call.service === "autoscaling" ? [`${call.operation} ${JSON.stringify(call.input["LifecycleHookName"])}`] : [],
  );
  expect(hooks).toEqual([`CompleteLifecycleAction "${HOOK}"`]);
  await expectSettled(box);
});

test("an instance that somebody else's hook holds for half an hour is going: nothing is put back", async () => {
  const backup = { ...ourHook, name: "backup-logs", heartbeatTimeout: 1_800 };
  box = await openBox({ build: shop({ web: { desired: 6 }, group: { hooks: [ourHook, backup] } }) });
  await box.run(60);
  scaleIn(box.world, groupOf(box.region));
  await box.run(900);
  const [open] = await box.incidents();
  const victim = box.world.instances.get(open?.body.subject.id ?? "");
  expect([victim?.state, victim?.member?.state]).toEqual(["running", "Terminating:Wait"]);
  if (open === undefined) throw new Error("no incident");
  expect(step(open.body, "verify-gone").reason).toBe("its group still terminates it (Terminating:Wait)");
  await box.run(1_500);
  expect(victim?.state).toBe("terminated");
  const [closed] = await box.incidents();
  expect(closed?.body).toMatchObject({ outcome: "drained", cancelledAt: null, owed: [] });
  expect(writes(box).filter(({ operation }) => /Register|UpdateContainerInstancesState/.test(operation))).toHaveLength(
    1,
  );
  await expectSettled(box);
});

test("a launching hook of ours is completed", async () => {
  box = await openBox({
    build: shop({
      group: {
        hooks: [ourHook, { ...ourHook, name: "spotkeeper-launch", transition: "autoscaling:EC2_INSTANCE_LAUNCHING" }],
      },
    }),
  });
  await box.run(60);
  const before = new Set(box.region.instances.keys());
  interrupt(box.world, hostOf(box.region).id);
  await box.run(1_500);
  const [launched] = [...box.region.instances.values()].filter((one) => !before.has(one.id));
  expect(launched?.member?.state).toBe("InService");
  const doc = (await box.incidents()).find((one) => one.body.subject.id === launched?.id);
  expect(doc?.body.outcome).toBe("launched");
  expect(toldOf(box, launched?.id ?? "")).toEqual([]);
  await expectSettled(box);
});

test("a Fargate Spot task: its address is deregistered, and people are told", async () => {
  box = await openBox({
    build: (world, region) => {
      region.rules.push(...spotkeeperRules(QUEUE));
      const targetGroup = createTargetGroup(world, region, {
        name: "api",
        targetType: "ip",
        port: 8080,
        loadBalancer: "api",
        deregistrationDelay: 10,
      });
      createService(world, createCluster(region, "serverless"), {
        name: "api",
        definition: defineTask(region, { family: "api", stopTimeout: 60 }),
        desired: 3,
        launch: "FARGATE_SPOT",
        targetGroup,
      });
    },
    // ECS deregisters the address only after the task has gone: what Spotkeeper is there for.
    settings: { taskExit: [50_000, 55_000] },
  });
  await box.run(60);
  const [task] = box.region.clusters.get("serverless")?.tasks.values() ?? [];
  if (task === undefined) throw new Error("no task runs");
  interruptTask(box.world, task);
  await box.run(600);
  const calls = writes(box).map((call) => `${call.operation} ${JSON.stringify(call.input["Targets"])}`);
  expect(calls).toEqual([`DeregisterTargets ${JSON.stringify([{ Port: 8080, Id: task.privateIp }])}`]);
  const incident = await box.incident(task.arn);
  expect(incident.outcome).toBe("drained");
  const [receipt] = toldOf(box, task.arn);
  expect(receipt?.phase).toBe("receipt");
  expect(receipt?.headline).toMatch(/^Fargate Spot task \w+ in us-east-1\w is stopped, \d+ s left$/);
  await expectSettled(box);
});

test("what nobody warned of and only a rebalance recommendation told: told, watched, and not touched", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const [victim] = hostsOf(box.region);
  if (victim === undefined) throw new Error("nobody serves");
  box.deliver(
    JSON.stringify({
      version: "0",
      id: "5d5555d5-dd55-5555-5555-5555dd55d55d",
      "detail-type": "EC2 Instance Rebalance Recommendation",
      source: "aws.ec2",
      account: ACCOUNT,
      time: new Date(box.clock.now()).toISOString(),
      region: REGION,
      resources: `arn:aws:ec2:us-east-1a:instance/${victim.id}`,
      detail: { "instance-id": victim.id },
    }),
  );
  await box.run(9_000);
  expect(writes(box)).toEqual([]);
  expect((await box.incident(victim.id)).outcome).toBe("told");
  const phases = toldOf(box, victim.id).map((model) => model.phase);
  expect([phases.at(0), phases.at(-1)]).toEqual(["receipt", "outcome"]);
});
