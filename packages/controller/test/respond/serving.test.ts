import { describe, expect, test } from "vitest";
import type { AutoScalingGroup } from "../../src/aws/calls/auto-scaling.ts";
import type { TargetHealth } from "../../src/aws/calls/elb.ts";
import { groupOf } from "../../src/aws/services/auto-scaling-shapes.ts";
import type { Group } from "../../src/model/group.ts";
import { newGroup } from "../../src/respond/group/document.ts";
import { servingIn } from "../../src/respond/serving.ts";
import { ID, T0 } from "../correlate/support.ts";
import { AT, contextOf, fakeAws, run } from "./context.ts";
import { GROUP_ARN, stepOf } from "./support.ts";

const IDLE_ARN = GROUP_ARN.replace("/web/", "/web-green/");

type Weighed = Parameters<typeof groupOf>[0];
type Weights = readonly (string | undefined)[];

/** A group as AWS describes it: instances `i-0`, `i-1`, … of the weights. */
const described = (desired: number, weights: Weights, over: Partial<Weighed> = {}): AutoScalingGroup =>
  groupOf({
    AutoScalingGroupName: "web",
    MinSize: 0,
    MaxSize: 100,
    DesiredCapacity: desired,
    DefaultCooldown: 300,
    AvailabilityZones: ["us-east-1a"],
    HealthCheckType: "EC2",
    CreatedTime: new Date(T0),
    Instances: weights.map((WeightedCapacity, index) => ({
      InstanceId: `i-${index}`,
      InstanceType: "m5.xlarge",
      AvailabilityZone: "us-east-1a",
      LifecycleState: "InService",
      HealthStatus: "Healthy",
      ProtectedFromScaleIn: false,
      ...(WeightedCapacity === undefined ? {} : { WeightedCapacity }),
    })),
    ...over,
  });

const overrides = (weight: string): Partial<Weighed> => ({
  MixedInstancesPolicy: {
    LaunchTemplate: { Overrides: [{ InstanceType: "m5.xlarge", WeightedCapacity: weight }] },
  },
});

const target = (id: string, state: TargetHealth["state"], reason: string | null = null): TargetHealth => {
  return { id, port: 80, state, reason, availabilityZone: null };
};

const awsOf = (group: AutoScalingGroup, health: { readonly [arn: string]: readonly TargetHealth[] } = {}) =>
  fakeAws({
    autoScaling: { describeGroups: async () => new Map([["web", group]]), activities: async () => [] },
    elb: { targetHealth: async (_at, arn) => health[arn] ?? [] },
  }).aws;

const verify = (group: AutoScalingGroup, instanceId = ID, health = {}) =>
  run(
    "verify-replacement",
    stepOf("verify", { params: { group: "web", instanceId } }),
    contextOf({ aws: awsOf(group, health) }),
  );

describe("what desired capacity counts", () => {
  test.each([
    ["weights of its instances", described(8, ["4", "4"]), 8],
    ["weights of its types, where an instance does not say", described(8, [undefined, undefined], overrides("4")), 8],
    ["vCPUs", described(8, ["4", "4"], { DesiredCapacityType: "vcpu" }), 8],
    ["MiB", described(32_768, ["16384", "16384"], { DesiredCapacityType: "memory-mib" }), 32_768],
    ["units of instances", described(2, [undefined, undefined], { DesiredCapacityType: "units" }), 2],
    ["an instance that keeps the weight of a policy that is gone", described(6, ["4", "2"]), 6],
  ])("%s", async (_what, group, serving) => {
    expect(await verify(group)).toMatchObject({ is: "done", receipt: { serving, desired: serving } });
  });

  test("weights that are missing are told in what they count", async () => {
    expect(await verify(described(12, ["4", "4"]))).toMatchObject({ is: "wait", reason: "8 of 12 units serve" });
    const vcpu = described(12, ["4", "4"], { DesiredCapacityType: "vcpu" });
    expect(await verify(vcpu, "i-0")).toMatchObject({ is: "wait", reason: "4 of 12 vCPUs serve" });
  });

  test("what AWS does not say is not guessed", async () => {
    const group = described(8, [undefined, undefined], { DesiredCapacityType: "vcpu" });
    expect(await verify(group)).toMatchObject({
      is: "wait",
      reason: "0 of 8 vCPUs serve; AWS does not say how many vCPUs each instance is",
    });
  });
});

describe("which target groups count", () => {
  const behind = (arns: readonly string[], sources: readonly string[] = []): AutoScalingGroup =>
    described(2, [undefined, undefined], {
      TargetGroupARNs: [...arns],
      TrafficSources: sources.map((Identifier) => ({ Identifier, Type: "elbv2" })),
    });
  const ctx = (group: AutoScalingGroup, health: { readonly [arn: string]: readonly TargetHealth[] }) =>
    contextOf({ aws: awsOf(group, health) });
  const healthy = [target("i-0", "healthy"), target("i-1", "healthy")];
  const unused = (id: string): TargetHealth => target(id, "unused", "Target.NotInUse");

  test("the idle half of a pair does not, though one of it still drains", async () => {
    const group = behind([GROUP_ARN, IDLE_ARN]);
    const idle = [unused("i-0"), unused("i-1"), target("i-9", "draining")];
    expect(await servingIn(group, [], ctx(group, { [GROUP_ARN]: healthy, [IDLE_ARN]: idle }))).toBe(2);
  });
  test("one in use does, though a zone of it is not", async () => {
    const group = behind([GROUP_ARN]);
    const some = [target("i-0", "healthy"), unused("i-1")];
    expect(await servingIn(group, [], ctx(group, { [GROUP_ARN]: some }))).toBe(1);
  });
  test("one without targets does", async () => {
    const group = behind([GROUP_ARN]);
    expect(await servingIn(group, [], ctx(group, { [GROUP_ARN]: [] }))).toBe(0);
  });
  test("a traffic source does as one of TargetGroupARNs", async () => {
    const group = behind([], [GROUP_ARN]);
    const some = [target("i-0", "healthy"), target("i-1", "initial")];
    expect(await servingIn(group, [], ctx(group, { [GROUP_ARN]: some }))).toBe(1);
  });
});

describe("which other traffic sources count", () => {
  const LATTICE_ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0123";
  const behind = (Type: string, Identifier: string): AutoScalingGroup =>
    described(2, [undefined, undefined], { TrafficSources: [{ Identifier, Type }] });
  const lattice = (...statuses: readonly string[]) => {
    const targets = statuses.map((status, index) => ({ id: `i-${index}`, port: 80, status }));
    const group = behind("vpc-lattice", LATTICE_ARN);
    const { aws, calls } = fakeAws({ lattice: { targets: async () => targets } });
    return { group, ctx: contextOf({ aws }), calls };
  };

  test.each([
    ["one is still checked", ["HEALTHY", "INITIAL"], 1],
    ["without health checks all that are registered serve", ["UNAVAILABLE", "UNAVAILABLE"], 2],
    ["no service uses it", ["UNUSED", "UNUSED"], 2],
    ["one leaves it", ["HEALTHY", "DRAINING"], 1],
    ["nobody is registered yet", [], 0],
  ])("VPC Lattice: %s", async (_, statuses, serving) => {
    const { group, ctx } = lattice(...statuses);
    expect(await servingIn(group, [], ctx)).toBe(serving);
  });
  test("whoever waits for a group shares one look at what it was described with", async () => {
    const { group, ctx, calls } = lattice("HEALTHY", "HEALTHY");
    await Promise.all([servingIn(group, [], ctx), servingIn(group, ["i-0"], ctx)]);
    expect(calls).toHaveLength(1);
  });
  test("a Classic load balancer, as a traffic source or by its name", async () => {
    const states = new Map([
      ["i-0", "InService"],
      ["i-1", "OutOfService"],
    ]);
    const { aws } = fakeAws({ classicElb: { instances: async () => states } });
    const named = described(2, [undefined, undefined], { LoadBalancerNames: ["old"] });
    for (const group of [behind("elb", "old"), named]) expect(await servingIn(group, [], contextOf({ aws }))).toBe(1);
  });
  test("what AWS does not tell is asked again, and is not taken for nobody", async () => {
    let asked = 0;
    const { aws } = fakeAws({
      lattice: {
        targets: async () => {
          asked += 1;
          if (asked === 1) throw new Error("no answer");
          return [{ id: "i-0", port: 80, status: "HEALTHY" }];
        },
      },
    });
    const group = behind("vpc-lattice", LATTICE_ARN);
    await expect(servingIn(group, [], contextOf({ aws }))).rejects.toThrow("no answer");
    expect(await servingIn(group, [], contextOf({ aws }))).toBe(1);
  });
});

describe("group-serving", () => {
  const serves = (group: AutoScalingGroup, except: readonly string[], body: Partial<Group> = {}) => {
    const doc = newGroup({ ...AT, name: "web" });
    const step = stepOf("serving:detach:1", {
      params: { group: "web", except: [...except], since: T0, onDemand: null },
    });
    return run(
      "group-serving",
      step,
      contextOf({ aws: awsOf(group), doc: { ...doc, body: { ...doc.body, ...body } } }),
    );
  };

  test("one that is still listed as Detaching is taken off once: 2 of 3 is not done", async () => {
    const group = described(3, [undefined, undefined, undefined]);
    const instances = group.instances.map((one) => (one.id === "i-0" ? { ...one, state: "Detaching" } : one));
    expect(await serves({ ...group, instances }, ["i-0"])).toMatchObject({
      is: "wait",
      reason: "2 of 3 instances serve",
    });
  });

  test("what is raised is not waited for, and what came for an earlier batch is not counted for a later one", async () => {
    const one = (id: string, batch: string): Group["replacing"][string] => ({
      instanceId: id,
      state: "launching",
      by: "raise",
      batch,
      reason: null,
      askedAt: T0,
      since: T0,
      recommended: false,
      within: 1,
      deadline: T0 + 1,
      onDemand: null,
      raised: 1,
      units: 1,
    });
    const body = { baseline: 3, replacing: { a: one("i-0", "raise:1"), b: one("i-1", "raise:2") } };
    // Three and a replacement of the first batch.
    const group = described(5, [undefined, undefined, undefined, undefined]);
    const of = (round: number) =>
      run(
        "group-serving",
        stepOf(`serving:raise:${round}`, { params: { group: "web", except: [`i-${round - 1}`], since: T0 } }),
        contextOf({
          aws: awsOf(group),
          doc: { ...newGroup({ ...AT, name: "web" }), body: { ...newGroup({ ...AT, name: "web" }).body, ...body } },
        }),
      );
    expect(await of(1)).toMatchObject({ is: "done", receipt: { serving: 3, wanted: 3 } });
    expect(await of(2)).toMatchObject({ is: "wait", reason: "2 of 3 instances serve" });
  });
});
