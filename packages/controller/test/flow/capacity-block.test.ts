import { endInstance } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, toldOf } from "./assess.ts";
import { ACCOUNT, type Box, openBox, REGION } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const CR = "cr-0123456789abcdef0";

const expiration = (): string =>
  JSON.stringify({
    id: "expires",
    "detail-type": "Capacity Block Expiration Warning",
    source: "aws.ec2",
    account: ACCOUNT,
    region: REGION,
    time: new Date(box.clock.now()).toISOString(),
    resources: [`arn:aws:ec2:${REGION}:${ACCOUNT}:capacity-reservation/${CR}`],
    detail: { "capacity-reservation-id": CR },
  });

test("what runs in a Capacity Block is found, drained in time, and watched until the block ends", async () => {
  box = await openBox({ build: shop(), warm: true });
  const [one, two, ...others] = hostsOf(box.region);
  if (one === undefined || two === undefined) throw new Error("too few hosts");
  one.capacityReservationId = CR;
  two.capacityReservationId = CR;
  const saidAt = box.clock.now();
  box.deliver(expiration());
  box.deliver(expiration());
  await box.run(5);
  expect((await box.incidents()).map(({ body }) => body.subject.id).toSorted()).toEqual([one.id, two.id].toSorted());
  await box.run(540);
  for (const { id } of [one, two]) {
    const incident = await box.incident(id);
    expect(incident.deadline).toBe(Math.floor(saidAt / 1_000) * 1_000 + 600_000);
    expect(incident.drainedAt).toBeLessThan(incident.deadline ?? 0);
    expect(toldOf(box, id)).not.toEqual([]);
  }
  expect(effects(box, "drain")).toHaveLength(2);
  expect(others.every(({ containerInstance }) => containerInstance?.status === "ACTIVE")).toBe(true);
  // AWS takes them some time within half an hour: nothing is put back meanwhile.
  await box.run(900);
  expect((await box.incident(one.id)).cancelledAt).toBeNull();
  for (const instance of [one, two]) {
    endInstance(box.world, instance, "terminate", {
      code: "Server.SpotInstanceTermination",
      message: "the block ends",
    });
  }
  await box.run(1_800);
  expect((await box.incidents()).map(({ body }) => [body.ordinal, body.outcome])).toEqual([
    [1, "drained"],
    [1, "drained"],
  ]);
});

test("while EC2 does not say which they are, the message is not deleted", async () => {
  box = await openBox({ build: shop(), warm: true });
  const [one] = hostsOf(box.region);
  if (one === undefined) throw new Error("no host");
  one.capacityReservationId = CR;
  box.simulator.faults.add({ match: { operation: "DescribeInstances" }, effect: { kind: "denied" }, times: 1 });
  box.deliver(expiration());
  await box.run(5);
  expect(box.verdicts).toMatchObject([{ is: "later", reason: expect.stringContaining("DescribeInstances") as string }]);
  await box.run(60);
  const accepted = { is: "accepted", incidents: [`incident#${one.id}#1`] };
  expect(box.verdicts).toContainEqual(expect.objectContaining(accepted));
});

test("a warning that comes in one message with it is obeyed while EC2 does not say which they are", async () => {
  box = await openBox({ build: shop(), warm: true });
  const [warned] = hostsOf(box.region);
  if (warned === undefined) throw new Error("no host");
  box.simulator.faults.add({ match: { operation: "DescribeInstances" }, effect: { kind: "denied" } });
  const warning = {
    id: "warned",
    "detail-type": "EC2 Spot Instance Interruption Warning",
    source: "aws.ec2",
    account: ACCOUNT,
    region: REGION,
    time: new Date(box.clock.now()).toISOString(),
    resources: [],
    detail: { "instance-id": warned.id, "instance-action": "terminate" },
  };
  box.deliver(JSON.stringify({ Records: [{ body: expiration() }, { body: JSON.stringify(warning) }] }));
  await box.run(3);
  expect(box.verdicts[0]).toMatchObject({ is: "later" });
  expect(effects(box, "drain")).toHaveLength(1);
});
