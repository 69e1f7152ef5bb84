import { service } from "../enrich/support/fleet.ts";
import { describe, expect, test } from "vitest";
import type { AutoScalingGroup, ScalingActivity } from "../../src/aws/calls/auto-scaling.ts";
import type { EcsTask } from "../../src/aws/calls/ecs.ts";
import type { TargetHealth } from "../../src/aws/calls/elb.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Params } from "../../src/model/plain.ts";
import { newGroup } from "../../src/respond/group/document.ts";
import type { Result } from "../../src/respond/responder.ts";
import { ID, T0, warning } from "../correlate/support.ts";
import { ACT, AT, contextOf, fakeAws, POLL, receipt, run } from "./context.ts";
import { factsWith, GROUP_ARN, incidentOf, stepOf } from "./support.ts";

const hook = { group: "web", hook: "drain", instanceId: ID, token: "t-1" };

describe("complete-lifecycle", () => {
  test.each([false, true])("answers with the hook's own token; already answered (%s) is success", async (already) => {
    const { aws, calls } = fakeAws({ autoScaling: { completeLifecycle: async () => receipt(already) } });
    const result = await run("complete-lifecycle", stepOf("lifecycle:drain", { params: hook }), contextOf({ aws }));
    expect(calls).toEqual([["autoScaling.completeLifecycle", AT, hook, ACT]]);
    expect(result).toMatchObject({ is: "done", receipt: { requestId: "r-1", already } });
  });
});

describe("heartbeat", () => {
  const step = (attempts: number): ReturnType<typeof stepOf> =>
    stepOf("heartbeat:drain", { attempts, params: { ...hook, heartbeatTimeout: 80_000 } });
  const beats = (already: boolean): ReturnType<typeof fakeAws> =>
    fakeAws({ autoScaling: { heartbeat: async () => receipt(already) } });

  test("beats first at half the hook's timeout, and then each half", async () => {
    const { aws, calls } = beats(false);
    const first = await run("heartbeat", step(0), contextOf({ aws }));
    expect(first).toEqual({ is: "wait", until: T0 + 40_000, reason: "first beat in 40 s" });
    expect(calls).toEqual([]);
    const second = await run("heartbeat", step(1), contextOf({ aws, now: T0 + 40_000 }));
    expect(second).toEqual({ is: "wait", until: T0 + 80_000, reason: "work remains" });
    expect(calls).toEqual([["autoScaling.heartbeat", AT, hook, ACT]]);
  });

  test.each([1, 300])("ends with the lifecycle action, and after no number of tries (%i)", async (attempts) => {
    const goesOn = await run("heartbeat", step(attempts), contextOf({ aws: beats(false).aws }));
    expect(goesOn).toMatchObject({ is: "wait" });
    expect(await run("heartbeat", step(attempts), contextOf({ aws: beats(true).aws }))).toMatchObject({ is: "done" });
  });
});

describe("await-work", () => {
  const held = (who: string) => stepOf("await-work:drain", { params: { for: who, until: T0 + 30_000 } });

  test("waits to its instant, and says for what", async () => {
    const waits = { is: "wait", until: T0 + 30_000 };
    expect(await run("await-work", held("agent"), contextOf({}))).toMatchObject({
      ...waits,
      reason: "the agent on the instance has not said yet that its work is over",
    });
    expect(await run("await-work", held("unknown work"), contextOf({}))).toMatchObject(waits);
  });

  test("is over then: what an agent told is done, what nobody knows is left out", async () => {
    const then = contextOf({ now: T0 + 30_000 });
    expect(await run("await-work", held("agent"), then)).toMatchObject({ is: "done" });
    expect(await run("await-work", held("unknown work"), then)).toMatchObject({ is: "skip" });
  });
});

describe("set-draining", () => {
  test.each([
    ["nothing else", [], false],
    ["a target group", [stepOf("deregister:web")], true],
    ["a target that is held", [stepOf("deregister:web", { after: ["hold:web"] })], false],
  ])("beside %s, it follows up: %s", async (_what, beside, followsUp) => {
    const { aws, calls } = fakeAws({
      ecs: { setState: async () => receipt(), containerInstance: async () => undefined },
    });
    const params = { clusterArn: "cluster/web", containerInstanceArn: "container-instance/web/1" };
    const step = stepOf("drain", { params });
    const doc = incidentOf(warning(0));
    const planned = { ...doc, body: { ...doc.body, steps: [...beside, step] } };
    await run("set-draining", step, contextOf({ aws, doc: planned }));
    const asked = [AT, "cluster/web", "container-instance/web/1", "DRAINING", { ...ACT, followsUp }];
    expect(calls.filter(([name]) => name === "ecs.setState")).toEqual([["ecs.setState", ...asked]]);
  });
});

describe("registrations elsewhere", () => {
  const alone = (): ReturnType<typeof factsWith> => ({ ...factsWith(), groupName: null, group: null });
  const answers = { register: async () => receipt(true), deregister: async () => receipt(true) };
  const elsewhere = () => ({
    classicElb: { ...answers, instances: async () => new Map() },
    lattice: { ...answers, targets: async () => [] },
    cloudMap: { ...answers, instances: async () => [] },
  });
  const classic = { loadBalancer: "old", instanceId: ID };
  const lattice = { targetGroup: "tg-1", id: ID, port: 80 };
  const discovery = { serviceId: "srv-1", instanceId: ID, attributes: { AWS_INSTANCE_IPV4: "10.0.0.7", odd: 1 } };

  test.each([
    ["deregister-classic", classic, ["classicElb.deregister", AT, "old", ID, ACT]],
    ["register-classic", classic, ["classicElb.register", AT, "old", ID, ACT]],
    ["deregister-lattice", lattice, ["lattice.deregister", AT, "tg-1", { id: ID, port: 80 }, ACT]],
    ["register-lattice", lattice, ["lattice.register", AT, "tg-1", { id: ID, port: 80 }, ACT]],
    ["deregister-discovery", discovery, ["cloudMap.deregister", AT, "srv-1", ID, ACT]],
  ] as const)("%s asks AWS once, and says whether it was so before", async (name, params, call) => {
    const { aws, calls } = fakeAws(elsewhere());
    const result = await run(name, stepOf(name, { params }), contextOf({ aws, facts: alone }));
    expect(calls.filter(([method]) => method.endsWith("egister"))).toEqual([call]);
    expect(result).toMatchObject({ is: "done", receipt: { already: true } });
  });

  test("deregister-lattice finds a target whose port was not known when it was planned", async () => {
    const listed = [
      { id: ID, port: 8080, status: "HEALTHY" },
      { id: "i-other", port: 8080, status: "HEALTHY" },
    ];
    const deregister = async (_at: unknown, _group: unknown, { port }: { port: number | null }) =>
      receipt(port !== 8080);
    const { aws, calls } = fakeAws({ lattice: { targets: async () => listed, deregister } });
    const step = stepOf("deregister-lattice", { params: { ...lattice, port: null } });
    expect(await run("deregister-lattice", step, contextOf({ aws, facts: alone }))).toMatchObject({
      is: "done",
      receipt: { already: false },
    });
    expect(calls.filter(([method]) => method === "lattice.deregister").map(([, , , target]) => target)).toEqual([
      { id: ID, port: null },
      { id: ID, port: 8080 },
    ]);
  });

  test("register-discovery keeps at it until Cloud Map lists the instance again", async () => {
    const listed: { id: string; attributes: object }[] = [];
    const { aws, calls } = fakeAws({ cloudMap: { ...elsewhere().cloudMap, instances: async () => listed as never } });
    const step = stepOf("undo:register-discovery", { params: discovery });
    const ctx = contextOf({ aws, facts: alone });
    const first = await run("register-discovery", step, ctx);
    expect(first).toMatchObject({ is: "wait", receipt: { requestId: "r-1", already: false } });
    listed.push({ id: ID, attributes: {} });
    const asked = { ...step, receipt: first.receipt ?? null, attempts: 1 };
    expect(await run("register-discovery", asked, ctx)).toMatchObject({ is: "done", receipt: first.receipt });
    const [registered, ...more] = calls.filter(([method]) => method === "cloudMap.register");
    expect(more).toEqual([]);
    expect(registered?.slice(1, 5)).toEqual([AT, "srv-1", ID, { AWS_INSTANCE_IPV4: "10.0.0.7" }]);
  });

  test.each([
    ["the first try of the worker that opened it", 0, true, "no"],
    ["a repetition, whose answer was lost", 1, true, "yes"],
    ["the first try of another worker", 0, false, "yes"],
  ] as const)("that Cloud Map knows it no more says whose it was: %s", async (_name, attempts, opened, ours) => {
    const { aws } = fakeAws(elsewhere());
    const step = stepOf("deregister:discovery", { params: discovery, attempts });
    expect(await run("deregister-discovery", step, contextOf({ aws, opened }))).toMatchObject({ receipt: { ours } });
  });
});

describe("deregister-target", () => {
  const params = { targetGroupArn: GROUP_ARN, targets: [`80 ${ID}`, "- 10.0.0.7"] };
  const step = stepOf("deregister:web", { params });

  test("deregisters each target under its own port", async () => {
    const { aws, calls } = fakeAws({ elb: { deregister: async () => receipt() } });
    const result = await run("deregister-target", step, contextOf({ aws }));
    expect(calls).toEqual([
      ["elb.deregister", AT, GROUP_ARN, { id: ID, port: 80 }, ACT],
      ["elb.deregister", AT, GROUP_ARN, { id: "10.0.0.7", port: null }, ACT],
    ]);
    expect(result).toMatchObject({ is: "done", receipt: { already: false } });
  });

  test("is `already` only where every target was gone before", async () => {
    const some = fakeAws({ elb: { deregister: async (_at, _arn, { port }) => receipt(port === 80) } });
    const all = fakeAws({ elb: { deregister: async () => receipt(true) } });
    const partly = await run("deregister-target", step, contextOf({ aws: some.aws }));
    expect(partly).toMatchObject({ is: "done", receipt: { already: false } });
    const before = await run("deregister-target", step, contextOf({ aws: all.aws }));
    expect(before).toMatchObject({ is: "done", receipt: { already: true } });
  });

  test("one that fails delays no other, and fails the step; without targets it is skipped", async () => {
    const { aws, calls } = fakeAws({
      elb: { deregister: async (_at, _arn, { port }) => (port === 80 ? Promise.reject(new Error("no")) : receipt()) },
    });
    await expect(run("deregister-target", step, contextOf({ aws }))).rejects.toThrow("no");
    expect(calls).toHaveLength(2);
    const none = stepOf("deregister:web", { params: { ...params, targets: [] } });
    expect(await run("deregister-target", none, contextOf({ aws }))).toEqual({
      is: "skip",
      reason: "it has no targets",
    });
  });
});

describe("await-targets", () => {
  const params = { targetGroupArn: GROUP_ARN, targets: [`80 ${ID}`] };
  const deregistered = stepOf("deregister:web", { responder: "deregister-target", state: "done", params });
  const base = incidentOf(warning(0));
  const doc: Doc<"incident"> = { ...base, body: { ...base.body, steps: [deregistered] } };
  const health = (state: TargetHealth["state"], port = 80): TargetHealth => ({
    id: ID,
    port,
    state,
    reason: null,
    availabilityZone: null,
  });

  test("waits while its own port drains, sharing one look", async () => {
    const { aws, calls } = fakeAws({ elb: { targetHealth: async () => [health("draining"), health("healthy", 81)] } });
    const inventory = createMemoryInventory();
    const waits = await run("await-targets", stepOf("await"), contextOf({ aws, doc, inventory }));
    expect(waits).toEqual({ is: "wait", until: T0 + 5_000, reason: "1 of 1 targets still drain" });
    await run("await-targets", stepOf("await"), contextOf({ aws, doc, inventory, now: T0 + 2_000 }));
    expect(calls).toEqual([["elb.targetHealth", AT, GROUP_ARN, POLL]]);
    await run("await-targets", stepOf("await"), contextOf({ aws, doc, inventory, now: T0 + 5_000 }));
    expect(calls).toHaveLength(2);
  });

  test("says of a target that takes connections again that it does", async () => {
    const { aws } = fakeAws({ elb: { targetHealth: async () => [health("healthy"), health("draining", 81)] } });
    const inventory = createMemoryInventory();
    const waits = await run("await-targets", stepOf("await"), contextOf({ aws, doc, inventory }));
    expect(waits).toMatchObject({ reason: "0 of 1 targets still drain, 1 is registered again" });
  });

  test("who waits alone for one target of a long list asks for that one, and several share the list", async () => {
    const list = Array.from({ length: 150 }, (_, n) => health("healthy", n + 1));
    const { aws, calls } = fakeAws({
      elb: { targetHealth: async () => list, healthOf: async () => [health("draining")] },
    });
    const inventory = createMemoryInventory();
    inventory.put("health", GROUP_ARN, list, T0 - 60_000);
    const look = (now: number, key = doc.key) =>
      run("await-targets", stepOf("await"), contextOf({ aws, doc: { ...doc, key }, inventory, now }));
    expect(await look(T0)).toMatchObject({ is: "wait", reason: "1 of 1 targets still drain" });
    await look(T0 + 5_000);
    const own = ["elb.healthOf", AT, GROUP_ARN, [{ id: ID, port: 80 }], POLL];
    expect(calls).toEqual([own, own]);
    await look(T0 + 7_000, "incident#i-another#1");
    expect(calls.slice(2)).toEqual([["elb.targetHealth", AT, GROUP_ARN, POLL]]);
  });

  test.each([
    [{ deregistrationDelay: 90_000 }, ""],
    [{ deregistrationDelay: 300_000 }, "; web has a deregistration delay of 300 s"],
    [
      { deregistrationDelay: 300_000, connectionTermination: true },
      "; web has a deregistration delay of 300 s, then cuts connections",
    ],
    [{ gwlbFailover: "no_rebalance" }, "; web keeps its flows on them (no_rebalance)"],
    [{ gwlbFailover: "rebalance" }, ""],
  ])("says where waiting cannot help: %j", async (over, said) => {
    const { aws } = fakeAws({ elb: { targetHealth: async () => [health("draining")] } });
    const inventory = createMemoryInventory();
    const attributes = { deregistrationDelay: 30_000, connectionTermination: false, gwlbFailover: null, ...over };
    inventory.put("attributes", GROUP_ARN, attributes, T0);
    const waits = await run("await-targets", stepOf("await"), contextOf({ aws, doc, inventory }));
    expect(waits).toMatchObject({ reason: `1 of 1 targets still drain${said}` });
  });

  test.each([["unused", [health("unused")]] as const, ["not listed", [health("draining", 81)]] as const])(
    "is done once it is %s",
    async (_name, seen) => {
      const { aws } = fakeAws({ elb: { targetHealth: async () => seen } });
      expect(await run("await-targets", stepOf("await"), contextOf({ aws, doc }))).toMatchObject({ is: "done" });
    },
  );
});

describe("drain-tasks", () => {
  const host = factsWith().containerInstances[0]!;
  const task = (id: string, over: Partial<EcsTask> = {}): EcsTask => ({
    arn: `arn:aws:ecs:us-east-1:123456789012:task/shop/${id}`,
    clusterArn: host.clusterArn,
    containerInstanceArn: host.arn,
    taskDefinitionArn: "definition",
    group: "family:job",
    startedBy: null,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    launchType: "EC2",
    availabilityZone: null,
    privateAddresses: [],
    ownInterface: false,
    protectedUntil: null,
    stopCode: null,
    ...over,
  });
  const step = (over: Params = {}, left: readonly string[] = []): ReturnType<typeof stepOf> =>
    stepOf("tasks", {
      receipt: { stopped: 0, left },
      params: {
        containerInstanceArn: host.arn,
        clusterArn: host.clusterArn,
        stopBy: T0 + 62_000,
        stop: true,
        ...over,
      },
    });
  const ecs = (tasks: readonly EcsTask[], named: readonly EcsTask[] = []): ReturnType<typeof fakeAws> =>
    fakeAws({
      ecs: {
        tasksOn: async () => tasks,
        describeTasks: async () => new Map(named.map((one) => [one.arn, one])),
        taskDefinition: async (_at, arn) => ({ arn, stopTimeout: 60_000, networkMode: null }),
        stopTask: async () => receipt(),
      },
    });
  const stops = (calls: ReturnType<typeof fakeAws>["calls"]): unknown[] =>
    calls.filter(([name]) => name === "ecs.stopTask");

  test("stops a task in time for its stopTimeout, not before", async () => {
    const { aws, calls } = ecs([task("a")]);
    const before = await run("drain-tasks", step(), contextOf({ aws }));
    expect(before).toMatchObject({ is: "wait", until: T0 + 2_000, reason: "1 task still runs" });
    expect(stops(calls)).toEqual([]);
    const then = await run("drain-tasks", step(), contextOf({ aws, now: T0 + 2_000 }));
    const why = "Spot capacity is being reclaimed";
    expect(stops(calls)).toEqual([["ecs.stopTask", AT, host.clusterArn, task("a").arn, why, ACT]]);
    expect(then).toMatchObject({ is: "wait", until: T0 + 7_000, receipt: { stopped: 1, left: ["a"] } });
  });

  test("stops nothing that is stopping, nor without leave", async () => {
    const { aws, calls } = ecs([task("a", { desiredStatus: "STOPPED" }), task("b")]);
    await run("drain-tasks", step({ stop: false }), contextOf({ aws, now: T0 + 30_000 }));
    expect(stops(calls)).toEqual([]);
    await run("drain-tasks", step(), contextOf({ aws, now: T0 + 30_000 }));
    expect(stops(calls)).toMatchObject([
      [expect.anything(), AT, host.clusterArn, task("b").arn, expect.anything(), ACT],
    ]);
  });

  test("waits for no daemon: a service's of this cluster, or a Managed Daemon's", async () => {
    const daemon = (clusterArn: string) => service("shop", "logs", { clusterArn, daemon: true });
    const managed = {
      group: "daemon:monitoring",
      taskDefinitionArn: "arn:aws:ecs:x:1:daemon-task-definition/monitoring:1",
    };
    const { aws, calls } = ecs([task("a", managed), task("b", { group: "service:logs" })]);
    const at = (clusterArn: string) =>
      contextOf({ aws, now: T0 + 60_000, facts: () => factsWith({ services: [daemon(clusterArn)] }) });
    expect(await run("drain-tasks", step(), at(host.clusterArn))).toMatchObject({ is: "done" });
    // The same name in another cluster is another service.
    expect(await run("drain-tasks", step(), at(`${host.clusterArn}-other`))).toMatchObject({ is: "wait" });
    expect(stops(calls)).toMatchObject([
      [expect.anything(), AT, host.clusterArn, task("b").arn, expect.anything(), ACT],
    ]);
  });

  test("asks by name for what ECS no longer lists, until that is STOPPED", async () => {
    const stopping = ecs([], [task("a", { desiredStatus: "STOPPED", lastStatus: "STOPPING" })]);
    const waits = await run("drain-tasks", step({}, ["a"]), contextOf({ aws: stopping.aws }));
    expect(stopping.calls).toContainEqual([
      "ecs.describeTasks",
      AT,
      host.clusterArn,
      [task("a").arn],
      { ...POLL, followsUp: true },
    ]);
    expect(waits).toMatchObject({ is: "wait", receipt: { left: ["a"] } });
    const stopped = ecs([], [task("a", { lastStatus: "STOPPED" })]);
    expect(await run("drain-tasks", step({}, ["a"]), contextOf({ aws: stopped.aws }))).toMatchObject({ is: "done" });
  });
});

describe("verify-replacement", () => {
  const member = (id: string): AutoScalingGroup["instances"][number] => ({
    id,
    state: "InService",
    health: "Healthy",
    protected: false,
    availabilityZone: "us-east-1a",
    type: null,
    units: 1,
  });
  const failure: ScalingActivity = {
    id: "a-1",
    status: "Failed",
    statusMessage: "no Spot capacity",
    cause: null,
    description: null,
    startedAt: T0,
  };
  const group = (ids: readonly string[]): ReturnType<typeof fakeAws> => {
    const web: AutoScalingGroup = {
      ...factsWith().group!,
      desired: 2,
      targetGroupArns: [GROUP_ARN],
      instances: ids.map(member),
    };
    const healthy = ["i-a", "i-b", ID].map((id) => ({ id, port: 80, state: "healthy", reason: null }) as const);
    return fakeAws({
      autoScaling: {
        describeGroups: async (_at, names) => new Map(names.includes("web") ? [["web", web]] : []),
        activities: async () => [failure],
      },
      elb: { targetHealth: async () => healthy.map((one) => ({ ...one, availabilityZone: null })) },
    });
  };
  const step = (attempts = 0, name: string | null = "web"): ReturnType<typeof stepOf> =>
    stepOf("verify", { attempts, params: { group: name, instanceId: ID } });

  test("does not count the doomed, nor one that is in service but not healthy", async () => {
    const { aws } = group(["i-a", "i-unhealthy", ID]);
    const waits = await run("verify-replacement", step(), contextOf({ aws }));
    expect(waits).toEqual({ is: "wait", until: T0 + 15_000, reason: "1 of 2 instances serve" });
    const done = await run("verify-replacement", step(), contextOf({ aws: group(["i-a", "i-b", ID]).aws }));
    expect(done).toEqual({ is: "done", receipt: { serving: 2, desired: 2 } });
  });

  test("tells once a minute what keeps the group from launching", async () => {
    const { aws, calls } = group(["i-a"]);
    const told = await run("verify-replacement", step(1), contextOf({ aws }));
    expect(told).toMatchObject({ reason: "1 of 2 instances serve; a launch failed: no Spot capacity" });
    expect(calls.filter(([name]) => name === "autoScaling.activities")).toHaveLength(1);
  });

  test("group-serving wishes for On-Demand where Spot had none since it began, and the policy allows it", async () => {
    const serves = async (since: number, most: number | null): Promise<Result> => {
      const aws = fakeAws({
        autoScaling: {
          describeGroups: async () =>
            new Map([["web", { ...factsWith().group!, desired: 2, onDemand: { base: 0, percent: 0 }, instances: [] }]]),
          activities: async () => [failure],
        },
      }).aws;
      const onDemand = most === null ? null : { lasts: 60_000, most };
      const step = stepOf("serving:detach:1", { params: { group: "web", except: [], since, onDemand } });
      return run("group-serving", step, contextOf({ aws, doc: newGroup({ ...AT, name: "web" }) }));
    };
    const because = "no Spot capacity";
    expect(await serves(T0, 1)).toMatchObject({
      reason: "0 of 2 instances serve; a launch failed: no Spot capacity; falling back to On-Demand",
      receipt: { wish: { from: 0, to: 1, lasts: 60_000, because } },
    });
    expect(await serves(T0, 5)).toMatchObject({ receipt: { wish: { to: 2 } } });
    expect(await serves(T0 + 1, 1)).toMatchObject({ receipt: null });
    expect(await serves(T0, null)).toMatchObject({ receipt: null });
  });

  test("is skipped without a group, and where that is gone", async () => {
    const { aws } = group([]);
    const none = await run("verify-replacement", step(0, null), contextOf({ aws }));
    expect(none).toEqual({ is: "skip", reason: "it was in no group" });
    const gone = await run("verify-replacement", step(0, "old"), contextOf({ aws }));
    expect(gone).toEqual({ is: "skip", reason: "the group old is gone" });
  });
});
