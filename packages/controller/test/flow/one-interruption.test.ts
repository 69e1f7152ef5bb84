import { interrupt, launchInstance, registerContainer, startInstance } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, HOOK, hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

interface Message {
  readonly "detail-type": string;
  readonly detail: { readonly "instance-id"?: string; readonly EC2InstanceId?: string; readonly state?: string };
}

const LIVES: ReadonlySet<string> = new Set(["pending", "running"]);

/** What a message tells of which instance, where it belongs to an interruption. */
function about(body: string): { readonly id: string; readonly kind: string } | null {
  const { "detail-type": kind, detail } = JSON.parse(body) as Message;
  const id = detail["instance-id"] ?? detail.EC2InstanceId;
  const ends = [
    "EC2 Instance Rebalance Recommendation",
    "EC2 Spot Instance Interruption Warning",
    "EC2 Instance-terminate Lifecycle Action",
    "EC2 Instance State-change Notification",
  ].includes(kind);
  return id === undefined || !ends || LIVES.has(detail.state ?? "") ? null : { id, kind };
}

const permutations = <T>(all: readonly T[]): T[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) => permutations(all.filter((other) => other !== one)).map((rest) => [one, ...rest]));

/** Gathers each instance's messages until `kinds` are there, then delivers them in an order of its own, each twice. */
function shuffled(kinds: readonly string[], orders: readonly (readonly string[])[]) {
  const gathered = new Map<string, Map<string, string>>();
  let turn = 0;
  return (body: string, deliver: (body: string) => void): void => {
    const what = about(body);
    const held = what === null ? undefined : (gathered.get(what.id) ?? new Map<string, string>());
    if (what === null || held === undefined || !kinds.includes(what.kind) || held.has(what.kind)) return deliver(body);
    gathered.set(what.id, held.set(what.kind, body));
    if (held.size < kinds.length) return;
    const order = orders[turn++ % orders.length] ?? kinds;
    for (const kind of [...order, ...order]) deliver(held.get(kind) ?? "");
  };
}

const KINDS = [
  "EC2 Instance Rebalance Recommendation",
  "EC2 Spot Instance Interruption Warning",
  "EC2 Instance-terminate Lifecycle Action",
];

async function expectOneEach(victims: readonly string[]): Promise<void> {
  const docs = await box.incidents();
  for (const id of victims) {
    expect(docs.filter((doc) => doc.body.subject.id === id)).toHaveLength(1);
    const { steps } = await box.incident(id);
    expect(steps.filter((one) => one.responder === "complete-lifecycle").map((one) => one.state)).toEqual(["done"]);
    const outcomes = toldOf(box, id).filter((model) => model.phase === "outcome");
    expect(outcomes.length).toBeGreaterThan(0);
    expect(new Set(outcomes.map((model) => model.key)).size).toBe(1);
  }
}

test("rebalance, warning and lifecycle action in every order, each twice, to two workers: one incident, each effect once", async () => {
  const orders = permutations(KINDS);
  box = await openBox({
    build: shop({
      group: { desired: 12, max: 24, capacityRebalance: true },
      web: { desired: 12, minimumHealthyPercent: 0 },
    }),
    workers: 2,
    carry: shuffled(KINDS, orders),
  });
  await box.run(60);
  const victims = hostsOf(box.region)
    .slice(0, orders.length)
    .map(({ id }) => id);
  expect(victims).toHaveLength(6);
  for (const id of victims) interrupt(box.world, id, { rebalanceLead: 90_000 });
  await box.run(2_400);
  await expectOneEach(victims);
  for (const id of victims) {
    expect(effects(box, "drain", `${id} DRAINING`)).toHaveLength(1);
    expect((await box.incident(id)).outcome).toBe("drained");
  }
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(victims.length);
  await expectSettled(box);
});

test("all four late, after the reclaim, in every order and twice: one incident, its hook completed", async () => {
  const kinds = [...KINDS, "EC2 Instance State-change Notification"];
  const orders = permutations(kinds);
  box = await openBox({
    build: shop({ group: { desired: 30, max: 60 }, web: { desired: 30, minimumHealthyPercent: 0 } }),
    workers: 2,
    carry: shuffled(kinds, orders),
  });
  await box.run(60);
  const victims = hostsOf(box.region)
    .slice(0, orders.length)
    .map(({ id }) => id);
  expect(victims).toHaveLength(24);
  for (const id of victims) interrupt(box.world, id, { rebalanceLead: 10_000 });
  await box.run(3_000);
  await expectOneEach(victims);
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(victims.length);
  await expectSettled(box);
});

test("one message to two workers at once: each effect once", async () => {
  box = await openBox({ build: shop(), workers: 2, deliver: "all" });
  await box.run(60);
  const [victim] = hostsOf(box.region);
  if (victim === undefined) throw new Error("nobody serves");
  interrupt(box.world, victim.id, { duplicates: 1 });
  await box.run(1_200);
  expect((await box.incidents()).map((doc) => doc.key)).toEqual([`incident#${victim.id}#1`]);
  expect(effects(box, "drain", `${victim.id} DRAINING`)).toHaveLength(1);
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(1);
  expect(toldOf(box, victim.id).filter((model) => model.phase === "receipt")).toHaveLength(1);
  expect(toldOf(box, victim.id).filter((model) => model.phase === "outcome")).toHaveLength(1);
  expect(step(await box.incident(victim.id), `complete:${HOOK}`).state).toBe("done");
  await expectSettled(box);
});

test("stopped, started and stopped again: two incidents, each drained and told", async () => {
  box = await openBox({
    build: (world, region) => {
      shop()(world, region);
      const [zone] = region.zones;
      const cluster = region.clusters.get("shop");
      if (zone === undefined || cluster === undefined) throw new Error("no zone");
      const alone = launchInstance(world, region, { type: "c5.large", zone, purchase: "spot", running: true });
      registerContainer(world, cluster, alone);
    },
  });
  const alone = [...box.region.instances.values()].find((one) => one.type === "c5.large");
  if (alone === undefined) throw new Error("it is not there");
  await box.run(60);
  interrupt(box.world, alone.id, { action: "stop" });
  await box.run(1_800);
  expect(alone.state).toBe("stopped");
  startInstance(box.world, alone);
  await box.run(600);
  expect(alone.state).toBe("running");
  interrupt(box.world, alone.id, { action: "stop" });
  await box.run(1_800);
  expect((await box.incidents()).map((doc) => [doc.key, doc.body.outcome])).toEqual([
    [`incident#${alone.id}#1`, "drained"],
    [`incident#${alone.id}#2`, "drained"],
  ]);
  expect(toldOf(box, alone.id).filter((model) => model.phase === "outcome")).toHaveLength(2);
  expect(groupOf(box.region).desired).toBe(6);
  await expectSettled(box);
});
