import { afterEach, expect, test } from "vitest";
import { effects, toldOf } from "./assess.ts";
import { ACCOUNT, type Box, openBox, REGION } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const CODE = "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED";

/** AWS Health's message about a scheduled event of one instance, as told now. */
function health(id: string, startsIn: number, over: object = {}): string {
  const at = box.clock.now();
  const eventArn = `arn:aws:health:${REGION}::event/EC2/${CODE}/${CODE}_1`;
  return JSON.stringify({
    id: `${at}-${JSON.stringify(over).length}`,
    "detail-type": "AWS Health Event",
    source: "aws.health",
    account: ACCOUNT,
    region: REGION,
    time: new Date(at).toISOString(),
    resources: [id],
    detail: {
      eventArn,
      service: "EC2",
      eventTypeCode: CODE,
      eventTypeCategory: "scheduledChange",
      communicationId: `c-${at}-${JSON.stringify(over).length}`,
      statusCode: "upcoming",
      eventRegion: REGION,
      affectedAccount: ACCOUNT,
      startTime: new Date(at + startsIn * 1_000).toUTCString(),
      endTime: new Date(at + startsIn * 1_000 + 7_200_000).toUTCString(),
      affectedEntities: [{ entityValue: id, status: "PENDING" }],
      ...over,
    },
  });
}

const targets = (): string[] => {
  const [group] = box.region.targetGroups.values();
  return [...(group?.targets.values() ?? [])].map(({ state }) => state);
};

test("called off before it is drained for: never drained, closed, and told", async () => {
  box = await openBox({ build: shop(), warm: true });
  const victim = hostOf(box.region);
  box.deliver(health(victim.id, 9_000));
  await box.run(3_600);
  expect(toldOf(box, victim.id)).toHaveLength(1);
  box.deliver(health(victim.id, 5_400, { statusCode: "closed" }));
  await box.run(600);
  const incident = await box.incident(victim.id);
  expect(incident).toMatchObject({ outcome: "cancelled", owed: [] });
  expect(incident.closedAt).not.toBeNull();
  expect(toldOf(box, victim.id).at(-1)?.phase).toBe("outcome");
  await box.run(12_000);
  expect(effects(box, "drain")).toEqual([]);
  expect(effects(box, "deregister")).toEqual([]);
  expect(await box.incidents()).toHaveLength(1);
});

test.each([
  ["closed", { statusCode: "closed" }],
  [
    "a cancellation with an ARN of its own",
    { eventArn: "arn:other", eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_CANCELLED" },
  ],
])("%s after it was drained for: put back, and closed within minutes", async (_what, over) => {
  box = await openBox({ build: shop(), warm: true });
  const victim = hostOf(box.region);
  box.deliver(health(victim.id, 1_800));
  await box.run(300);
  expect(effects(box, "drain")).toHaveLength(1);
  expect((await box.incident(victim.id)).drainedAt).not.toBeNull();
  box.deliver(health(victim.id, 1_500, over));
  await box.run(180);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("cancelled");
  // The address of a task that ECS has stopped meanwhile is not put back.
  expect(incident.owed.map(({ responder, state }) => `${responder} ${state}`).toSorted()).toEqual([
    "register-target skipped",
    "set-active done",
  ]);
  expect(victim.containerInstance?.status).toBe("ACTIVE");
  expect(box.world.oracle.leftovers().openActions).toEqual([]);
});

test("called off in the midst of draining: what was just being done is put back as well", async () => {
  box = await openBox({ build: shop(), warm: true });
  const victim = hostOf(box.region);
  box.deliver(health(victim.id, 1_800));
  box.deliver(health(victim.id, 1_800, { statusCode: "closed" }));
  await box.run(300);
  expect((await box.incident(victim.id)).outcome).toBe("cancelled");
  expect(victim.containerInstance?.status).toBe("ACTIVE");
  expect(targets().filter((state) => state === "draining")).toEqual([]);
  expect(box.failures).toEqual([]);
});

test("the two in the other order: nothing is done, and nobody is told", async () => {
  box = await openBox({ build: shop(), warm: true });
  const victim = hostOf(box.region);
  const announced = health(victim.id, 7_200);
  await box.run(60);
  box.deliver(health(victim.id, 7_140, { statusCode: "closed" }));
  await box.run(5);
  box.deliver(announced);
  await box.run(9_000);
  expect((await box.incident(victim.id)).outcome).toBe("cancelled");
  expect(box.sent).toEqual([]);
  expect(effects(box, "drain")).toEqual([]);
  expect(await box.incidents()).toHaveLength(1);
});
