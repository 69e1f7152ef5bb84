import type { Instance } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled, writes } from "./assess.ts";
import { ACCOUNT, type Box, openBox, REGION } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const DAY = 86_400_000;
const event = (source: string, type: string, at: number, detail: object): string =>
  JSON.stringify({
    version: "0",
    id: `${type}-${at}`,
    "detail-type": type,
    source,
    account: ACCOUNT,
    time: new Date(at).toISOString(),
    region: REGION,
    resources: [`arn:aws:ec2:${REGION}a:instance/i-0`],
    detail,
  });

const kinds: readonly (readonly [string, (instance: Instance, at: number) => string])[] = [
  [
    "a warning",
    ({ id }, at) =>
      event("aws.ec2", "EC2 Spot Instance Interruption Warning", at, { "instance-id": id, "instance-action": "stop" }),
  ],
  [
    "a recommendation",
    ({ id }, at) => event("aws.ec2", "EC2 Instance Rebalance Recommendation", at, { "instance-id": id }),
  ],
  [
    "a change of state",
    ({ id }, at) =>
      event("aws.ec2", "EC2 Instance State-change Notification", at, { "instance-id": id, state: "stopped" }),
  ],
  [
    "an interruption of a capacity reservation",
    ({ id }, at) =>
      event("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning", at, {
        "instance-id": id,
        "instance-action": "terminate",
        "instance-termination-time": new Date(at + 120_000).toISOString(),
      }),
  ],
  [
    "a lifecycle action",
    ({ id }, at) =>
      event("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action", at, {
        LifecycleActionToken: "t-1",
        AutoScalingGroupName: "web",
        LifecycleHookName: "graceful-shutdown-hook",
        EC2InstanceId: id,
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      }),
  ],
];

const looks = (): number =>
  box.simulator.calls.recent().filter(({ operation }) => operation === "DescribeInstances").length;

test.each(kinds)(
  "%s of a day ago, of an instance that was launched since: not obeyed, and nobody is told",
  async (_, make) => {
    for (const warm of [false, true]) {
      box = await openBox({ build: shop(), actions: { onRebalance: "drain" }, warm });
      await box.run(60);
      const victim = hostOf(box.region);
      box.deliver(make(victim, victim.launchTime - DAY));
      await box.run(600);
      expect(writes(box)).toEqual([]);
      expect(box.sent).toEqual([]);
      expect(await box.incident(victim.id)).toMatchObject({
        outcome: "outdated",
        closedAt: expect.any(Number) as number,
      });
      await expectSettled(box);
      if (!warm) await box.close();
    }
  },
);

test("of an instance that was stopped and started again since, which the inventory does not know yet", async () => {
  box = await openBox({ build: shop(), warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  const told = box.clock.now();
  await box.run(200);
  victim.launchTime = box.clock.now();
  const before = looks();
  await box.run(30);
  box.deliver(kinds[0]![1](victim, told));
  await box.run(60);
  expect(looks()).toBeGreaterThan(before);
  expect(writes(box)).toEqual([]);
  expect((await box.incident(victim.id)).outcome).toBe("outdated");
});

test("a fresh one waits for nothing; and one that is late, of an instance that is older, is obeyed", async () => {
  box = await openBox({ build: shop(), warm: true });
  await box.run(300);
  const victim = hostOf(box.region);
  const before = looks();
  box.deliver(kinds[0]![1](victim, box.clock.now() - 100_000));
  await box.run(1);
  expect(writes(box).length).toBeGreaterThan(0);
  const firstWrite = Math.min(...writes(box).map(({ at }) => at));
  const asked = box.simulator.calls
    .recent()
    .filter(({ operation, at }) => operation === "DescribeInstances" && at < firstWrite);
  expect(asked.length).toBeLessThanOrEqual(before);
  await box.close();
  box = await openBox({ build: shop(), warm: true });
  await box.run(300);
  box.deliver(kinds[0]![1](hostOf(box.region), box.clock.now() - 130_000));
  await box.run(20);
  expect(writes(box).length).toBeGreaterThan(0);
});

test.each([
  ["a day", DAY],
  ["six minutes", 360_000],
])(
  "a warning of %s ago, of an instance that runs all the time: it did not come true, and is not obeyed",
  async (_, ago) => {
    for (const warm of [false, true]) {
      box = await openBox({ build: shop(), warm });
      await box.run(60);
      const victim = hostOf(box.region);
      victim.launchTime -= 2 * DAY;
      box.deliver(kinds[0]![1](victim, box.clock.now() - ago));
      await box.run(600);
      expect(writes(box)).toEqual([]);
      expect(box.sent).toEqual([]);
      expect((await box.incident(victim.id)).outcome).toBe("outdated");
      await expectSettled(box);
      if (!warm) await box.close();
    }
  },
);

test("EC2 does not tell: what was told is obeyed", async () => {
  box = await openBox({ build: shop(), warm: true });
  await box.run(60);
  box.simulator.faults.add({ match: { operation: "DescribeInstances" }, effect: { kind: "denied" } });
  box.deliver(kinds[0]![1](hostOf(box.region), box.clock.now() - 130_000));
  await box.run(60);
  expect(writes(box).length).toBeGreaterThan(0);
});

test("EC2 tells a launch that lies ahead: the clocks disagree, and the notice is obeyed", async () => {
  for (const warm of [false, true]) {
    box = await openBox({ build: shop(), warm });
    const victim = hostOf(box.region);
    victim.launchTime = box.clock.now() + 330_000;
    await box.run(60);
    box.deliver(kinds[0]![1](victim, box.clock.now()));
    await box.run(20);
    expect(writes(box).length).toBeGreaterThan(0);
    if (!warm) await box.close();
  }
});
