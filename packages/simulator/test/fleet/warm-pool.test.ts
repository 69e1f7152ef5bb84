import { createGroup, type Group, type HookSpec, type WarmPool } from "../../src/fleet/index.ts";
import { expect, test } from "vitest";
import { type Bench, createBench } from "./support.ts";

const shopOf = (bench: Bench, warmPool: WarmPool, hooks: readonly HookSpec[] = []): Group =>
  createGroup(bench.world, bench.region, {
    name: "web",
    desired: 2,
    max: 3,
    types: ["m5.large"],
    mixed: false,
    onDemandPercent: 100,
    warmPool,
    hooks,
  });

const setDesired = (bench: Bench, group: Group, desired: number): void => {
  group.desired = desired;
  for (const listener of bench.world.listeners.groupChanged) listener(group);
};

const statesOf = (group: Group): string[] =>
  [...group.members.values()].map(({ state, instance }) => `${state} ${instance.state}`).toSorted();

test.each([
  ["Stopped", "stopped"],
  ["Hibernated", "stopped"],
  ["Running", "running"],
] as const)(
  "a warm pool (%s) is as large as maximum and desired capacity are apart, and no capacity",
  async (state, of) => {
    const bench = createBench();
    const group = shopOf(bench, { state, reuseOnScaleIn: false });
    const all = ["InService running", "InService running", `Warmed:${state} ${of}`];
    expect(statesOf(group)).toEqual(all);
    await bench.after(600_000);
    expect(statesOf(group)).toEqual(all);
    const { AutoScalingGroups } = await bench.call("DescribeAutoScalingGroups");
    expect(AutoScalingGroups).toMatchObject([{ Instances: [{}, {}], WarmPoolSize: 1 }]);
  },
);

test.each(["Stopped", "Running"] as const)("what is raised comes from the warm pool (%s)", async (state) => {
  const bench = createBench();
  const group = shopOf(bench, { state, reuseOnScaleIn: false });
  const [warm] = [...group.members.values()].filter((one) => one.state.startsWith("Warmed:"));
  setDesired(bench, group, 3);
  await bench.after(120_000);
  expect(warm?.state).toBe("InService");
  expect(statesOf(group)).toEqual(Array.from({ length: 3 }, () => "InService running"));
});

test("what is scaled in goes back to the pool, held as Warmed:Pending:Wait by terminating hooks, and rests there stopped", async () => {
  const bench = createBench();
  const hook = { name: "ours", transition: "autoscaling:EC2_INSTANCE_TERMINATING", heartbeatTimeout: 60 } as const;
  const group = shopOf(bench, { state: "Stopped", reuseOnScaleIn: true }, [{ ...hook, defaultResult: "CONTINUE" }]);
  setDesired(bench, group, 1);
  await bench.after(20_000);
  expect(statesOf(group)).toEqual(["InService running", "Warmed:Pending:Wait running", "Warmed:Stopped stopped"]);
  expect(bench.events("EC2 Instance-terminate Lifecycle Action")).toMatchObject([
    { detail: { Origin: "AutoScalingGroup", Destination: "WarmPool" } },
  ]);
  await bench.after(120_000);
  expect(statesOf(group)).toEqual(["InService running", "Warmed:Stopped stopped", "Warmed:Stopped stopped"]);
});

test("without reuse it is terminated, and the pool launches another one, which launching hooks hold on its way", async () => {
  const bench = createBench();
  const hook = { name: "ours", transition: "autoscaling:EC2_INSTANCE_LAUNCHING", heartbeatTimeout: 60 } as const;
  const group = shopOf(bench, { state: "Stopped", reuseOnScaleIn: false }, [{ ...hook, defaultResult: "CONTINUE" }]);
  setDesired(bench, group, 1);
  await bench.after(60_000);
  expect(statesOf(group)).toContain("Warmed:Pending:Wait running");
  expect(bench.events("EC2 Instance-launch Lifecycle Action")).toMatchObject([
    { detail: { Origin: "EC2", Destination: "WarmPool" } },
  ]);
  await bench.after(180_000);
  expect(statesOf(group)).toEqual(["InService running", "Warmed:Stopped stopped", "Warmed:Stopped stopped"]);
});

test("what a pool has too much of is terminated; AWS refuses to be asked for it", async () => {
  const bench = createBench();
  const group = shopOf(bench, { state: "Stopped", reuseOnScaleIn: false });
  const [warm] = [...group.members.values()].filter((one) => one.state.startsWith("Warmed:"));
  const input = { InstanceId: warm?.instance.id ?? "", ShouldDecrementDesiredCapacity: false };
  expect(await bench.failure("TerminateInstanceInAutoScalingGroup", input)).toBe("ValidationError");
  group.max = 2;
  setDesired(bench, group, 2);
  await bench.after(120_000);
  expect(statesOf(group)).toEqual(["InService running", "InService running"]);
});
