import { interrupt, launchInstance } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { storeEvidence, loadEvidence } from "../../src/flow/evidence.ts";
import { noteOf } from "../../src/flow/note-of.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { T0 } from "../record/support/samples.ts";
import { effects, expectSettled, toldOf } from "./assess.ts";
import { ACCOUNT, type Box, openBox, REGION } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const CLUSTER = `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/shop`;
const FLEET = "fleet-598fb973-87b7-422d-be4d-6b0809bfff0a";
const LONE = "i-0f1ee7f1ee7f1ee70";
let serial = 0;

function say(source: string, detailType: string, resource: string, detail: object): void {
  const time = new Date(box.clock.now()).toISOString();
  const event = { version: "0", id: `event-${serial++}`, source, account: ACCOUNT, region: REGION, time };
  box.deliver(JSON.stringify({ ...event, "detail-type": detailType, resources: [resource], detail }));
}
const ofService = (detail: object): void =>
  say("aws.ecs", "ECS Service Action", `arn:aws:ecs:${REGION}:${ACCOUNT}:service/shop/web`, {
    clusterArn: CLUSTER,
    ...detail,
  });
const ofFleet = (detailType: string, detail: object): void =>
  say("aws.ec2fleet", detailType, `arn:aws:ec2:${REGION}:${ACCOUNT}:fleet/${FLEET}`, detail);

test("tasks that cannot be placed are told in the outcome, also when it is over by then; what was before is not", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  ofService({ eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:MEMORY" });
  await box.run(10);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(20);
  ofService({ eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:CPU" });
  await box.run(60);
  ofService({ eventName: "SERVICE_STEADY_STATE" });
  await box.run(1_800);
  const told = toldOf(box, victim.id);
  const line = "web: its tasks cannot be placed (RESOURCE:CPU)";
  expect(told[0]?.doing.join()).not.toMatch(/cannot be placed/);
  expect(told.at(-1)?.doing).toContain(line);
  expect((await box.incident(victim.id)).labels["evidence"]).toEqual([line]);
  await expectSettled(box);
});

test("what a service said outlives the worker that heard it", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(20);
  ofService({ eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:CPU" });
  await box.run(0.05);
  await box.takeOver();
  await box.sweep();
  await box.run(1_800);
  const line = "web: its tasks cannot be placed (RESOURCE:CPU)";
  expect((await box.incident(victim.id)).labels["evidence"]).toEqual([line]);
  await expectSettled(box);
});

test("an instance of an EC2 Fleet: known by the fleet's events; what the fleet cannot launch is told", async () => {
  box = await openBox({
    build: (world, region) => {
      shop()(world, region);
      const [zone] = region.zones;
      if (zone === undefined) throw new Error("no zone");
      launchInstance(world, region, { id: LONE, zone, type: "m5.large", purchase: "spot", running: true, tags: {} });
    },
  });
  ofFleet("EC2 Fleet Instance Change", { "instance-id": LONE, "sub-type": "launched" });
  await box.run(60);
  interrupt(box.world, LONE);
  await box.run(30);
  ofFleet("EC2 Fleet Error", { "sub-type": "spotInstanceCountLimitExceeded", description: "too many" });
  await box.run(1_800);
  expect(await box.incident(LONE)).toMatchObject({
    outcome: "nothing-drained",
    labels: { fleet: FLEET, evidence: [`${FLEET}: spotInstanceCountLimitExceeded: too many`] },
  });
  await expectSettled(box);
});

test("a fleet scales down: the instance is drained before the fleet ends it, and nobody is told", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  ofFleet("EC2 Fleet Instance Change", { "instance-id": victim.id, "sub-type": "termination_notified" });
  await box.run(100);
  expect(effects(box, "drain", victim.id)).toHaveLength(1);
  expect((await box.incident(victim.id)).drainedAt).not.toBeNull();
  expect(toldOf(box, victim.id)).toEqual([]);
});

test("what is kept is read where it is newer than what is known, and not again", async () => {
  const ledger = openSqliteLedger({ file: ":memory:", clock: systemClock, noteOf });
  const say = (id: string, said: string | null, at: number): Promise<void> =>
    storeEvidence(ledger, { about: { type: "ec2-fleet", id }, said, at });
  const known = new Map<string, number>();
  const recall = async (): Promise<readonly string[]> => {
    const read: string[] = [];
    const load: typeof ledger.load = (key, kind) => {
      read.push(key);
      return ledger.load(key, kind);
    };
    await loadEvidence(
      { outline: ledger.outline, load },
      (id) => known.get(id) ?? null,
      ({ about, at }) => void known.set(about.type === "service" ? "" : about.id, at),
    );
    return read;
  };
  await say("fleet-1", "no capacity", T0);
  await say("fleet-2", "too many", T0);
  expect(await recall()).toEqual(["evidence#fleet-1", "evidence#fleet-2"]);
  expect(await recall()).toEqual([]);
  await say("fleet-2", null, T0 + 1);
  expect(await recall()).toEqual(["evidence#fleet-2"]);
  expect(known).toEqual(
    new Map([
      ["fleet-1", T0],
      ["fleet-2", T0 + 1],
    ]),
  );
  await ledger.close();
});
