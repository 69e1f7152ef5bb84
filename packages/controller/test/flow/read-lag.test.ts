import {
  createTargetGroup,
  endInstance,
  type Instance,
  interrupt,
  recommend,
  registerTarget,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import type { Actions } from "../../src/decide/policy.ts";
import { expectSettled, step } from "./assess.ts";
import { ACCOUNT, type Box, openBox, REGION } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const openTargets = (instance: Instance): string[] =>
  [...instance.targets].filter(({ state }) => state !== "draining").map(({ id, port }) => `${id}:${port}`);

const isDraining = ({ containerInstance }: Instance): boolean => containerInstance?.status === "DRAINING";

/** An instance that was launched this moment, and that EC2 knows only so many seconds later, or somewhat sooner. */
async function justLaunched(lag: number, actions: Partial<Actions> = {}): Promise<Instance> {
  box = await openBox({ build: shop(), actions, readLag: lag * 1_000 });
  const victim = hostOf(box.region);
  victim.launchTime = box.clock.now();
  return victim;
}

/** Nothing that would take seconds of the test: the lag that was drawn is more than half of what it may be. */
const LAG = 120;
/** Longer than EC2 is asked again for what it does not know. */
const LONG = 1_200;

describe("EC2 does not know an instance yet when AWS recommends to replace it", () => {
  test.each([1, 20, 60, 200])("and %i s later AWS warns: it is drained", async (later) => {
    const victim = await justLaunched(LAG);
    recommend(box.world, victim);
    await box.run(later);
    expect((await box.incident(victim.id)).goneAt).toBeNull();
    interrupt(box.world, victim.id);
    await box.run(60);
    expect([openTargets(victim), isDraining(victim)]).toEqual([[], true]);
    await box.run(1_200);
    expect(await box.incident(victim.id)).toMatchObject({ outcome: "drained" });
    await expectSettled(box);
  });

  test("and not for so long that it counts as gone: AWS's warning takes that back", async () => {
    const victim = await justLaunched(LONG);
    recommend(box.world, victim);
    await box.run(330);
    expect((await box.incident(victim.id)).goneAt).not.toBeNull();
    interrupt(box.world, victim.id);
    await box.run(60);
    expect([openTargets(victim), isDraining(victim)]).toEqual([[], true]);
    await box.run(1_800);
    const after = await box.incident(victim.id);
    expect(after).toMatchObject({ outcome: "drained" });
    expect(step(after, "look-around").state).toBe("done");
    await expectSettled(box);
  });

  test.each<[string, (victim: Instance) => object]>([
    [
      "that it runs",
      ({ id }) => ({
        "detail-type": "EC2 Instance State-change Notification",
        source: "aws.ec2",
        detail: { "instance-id": id, state: "running" },
      }),
    ],
    [
      "by an agent on it",
      ({ id }) => ({
        "detail-type": "Agent State-change Notification",
        source: "spotkeeper.agent",
        detail: { "instance-id": id, agent: "a1", sequence: 1, state: "watching", because: null },
      }),
    ],
  ])("and it counts as gone: AWS's word %s takes that back", async (_, messageOf) => {
    const victim = await justLaunched(LONG);
    recommend(box.world, victim);
    await box.run(330);
    expect(await box.incident(victim.id)).toMatchObject({ goneAt: expect.any(Number) as number, closedAt: null });
    box.deliver(
      JSON.stringify({
        version: "0",
        id: "there",
        account: ACCOUNT,
        time: new Date(box.clock.now()).toISOString(),
        region: REGION,
        resources: [`arn:aws:ec2:${REGION}a:instance/${victim.id}`],
        ...messageOf(victim),
      }),
    );
    await box.run(5);
    expect(await box.incident(victim.id)).toMatchObject({ goneAt: null, closedAt: null });
  });
});

test("EC2 does not know an instance that AWS warns of: once it does, its addresses are taken out as well", async () => {
  const victim = await justLaunched(LAG);
  const group = createTargetGroup(box.world, box.region, { name: "by-hand", loadBalancer: "hand", targetType: "ip" });
  registerTarget(box.world, group, { id: "10.9.9.9", port: 80, instance: null, healthy: true });
  registerTarget(box.world, group, { id: victim.privateIp, port: 80, instance: victim, healthy: true });
  interrupt(box.world, victim.id);
  await box.run(100);
  expect([openTargets(victim), isDraining(victim)]).toEqual([[], true]);
  await box.run(1_200);
  await expectSettled(box);
});

test("EC2 does not know an instance when it tells that it ends: a notice that was missed is told all the same", async () => {
  const victim = await justLaunched(LAG);
  interrupt(box.world, victim.id, { missed: true });
  await box.run(1_200);
  expect(await box.incident(victim.id)).toMatchObject({ outcome: "missed-notice" });
  expect(box.sent).not.toEqual([]);
  await expectSettled(box);
});

test("an instance that is terminated, as EC2 says, is gone at once, whatever was told of it a moment ago", async () => {
  box = await openBox({
    build: shop(),
    carry: (body, deliver) => void (body.includes("State-change") || deliver(body)),
  });
  const victim = hostOf(box.region);
  recommend(box.world, victim);
  endInstance(box.world, victim, "terminate", { code: "Client.UserInitiatedShutdown", message: "" });
  await box.run(30);
  expect((await box.incident(victim.id)).goneAt).not.toBeNull();
});
