import { interrupt, setContainerState } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { effects, step } from "./assess.ts";
import { type Box, type BoxOptions, openBox } from "./box.ts";
import { groupOf, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

type Host = ReturnType<typeof hostOf>;
const statusOf = ({ containerInstance }: Host): unknown => containerInstance?.status;

/** Keeps no result of a step until it is told to. */
function forgetful(): { readonly ledger: NonNullable<BoxOptions["ledger"]>; remember(): void } {
  let refuse = true;
  return {
    remember: () => void (refuse = false),
    ledger: (real: Ledger) => ({
      ...real,
      commit: (docs, entries, unchanged) =>
        refuse && entries.some(({ text }) => text.startsWith("set the container instance to DRAINING: "))
          ? new Promise(() => {})
          : real.commit(docs, entries, unchanged),
    }),
  };
}

/** The notice of an instance that lives on, whose worker is killed before it records anything; another takes over. */
async function killed(warm: boolean, byHand: boolean): Promise<Host> {
  const { ledger, remember } = forgetful();
  box = await openBox({ build: shop(), warm, ledger });
  const host = hostOf(box.region);
  if (byHand) setContainerState(box.world, host.containerInstance!, "DRAINING");
  await box.run(60);
  interrupt(box.world, host.id, { survives: true });
  await box.run(3);
  expect(statusOf(host)).toBe("DRAINING");
  remember();
  await box.takeOver();
  await box.run(1_500);
  expect((await box.incident(host.id)).outcome).toBe("cancelled");
  return host;
}

describe.each([true, false])("a worker is killed before it records what it did, inventory warm: %s", (warm) => {
  test("what a person had set DRAINING stays so", async () => {
    expect(statusOf(await killed(warm, true))).toBe("DRAINING");
  });

  test("what it had set DRAINING itself is ACTIVE again", async () => {
    expect(statusOf(await killed(warm, false))).toBe("ACTIVE");
  });
});

test("nobody was told that a person set it DRAINING since it was last seen: it stays so", async () => {
  box = await openBox({ build: shop(), warm: true });
  const host = hostOf(box.region);
  const { arn } = host.containerInstance!;
  const before = box.inventory.get("container", arn)!;
  setContainerState(box.world, host.containerInstance!, "DRAINING");
  await box.run(60);
  // ECS's event went to another worker.
  box.inventory.forget("container", arn);
  box.inventory.put("container", arn, before.value, before.observedAt);
  interrupt(box.world, host.id, { survives: true });
  await box.run(1_500);
  expect((await box.incident(host.id)).outcome).toBe("cancelled");
  expect(statusOf(host)).toBe("DRAINING");
  expect(effects(box, "drain")).toEqual([]);
});

test("where ECS does not answer at once, draining does not wait for what was there", async () => {
  box = await openBox({ build: shop(), warm: true });
  const host = hostOf(box.region);
  box.simulator.faults.add({ match: { operation: "DescribeContainerInstances" }, effect: { kind: "hang" } });
  const warnedAt = box.clock.now();
  interrupt(box.world, host.id);
  await box.run(5);
  expect(effects(box, "drain")[0]?.at).toBeLessThan(warnedAt + 1_500);
});

test("it asks for its own container instance, in one call", async () => {
  box = await openBox({ build: shop(), warm: true });
  await box.run(60);
  const host = hostOf(box.region);
  const began = box.clock.now();
  interrupt(box.world, host.id);
  await box.run(0.5);
  const since = box.simulator.calls.recent().filter(({ at }) => at >= began);
  const asked = since.map(({ operation }) => operation).filter((name) => name.endsWith("ContainerInstances"));
  expect(asked).toEqual(["DescribeContainerInstances"]);
});

/** How long each was open before it was set to DRAINING; ECS answers no look. */
async function waits(many: number, missed: boolean): Promise<readonly number[]> {
  box = await openBox({ build: shop({ group: { desired: 26, max: 40 } }), warm: true });
  await box.run(60);
  const victims = [...groupOf(box.region).members.values()].slice(0, many).map(({ instance }) => instance);
  box.simulator.faults.add({ match: { operation: "DescribeContainerInstances" }, effect: { kind: "hang" } });
  for (const { id } of victims) interrupt(box.world, id, { missed });
  await box.run(5);
  const incidents = await box.incidents();
  return incidents.map(({ body }) => (step(body, "drain").settledAt ?? Infinity) - body.openedAt);
}

test("in a storm ten of a second wait for a look at the most", async () => {
  const waited = await waits(24, false);
  expect(waited).toHaveLength(24);
  expect(waited.filter((ms) => ms >= 100)).toHaveLength(10);
});

test("what nothing brings back is drained without a look", async () => {
  const [waited] = await waits(1, true);
  expect(waited).toBeLessThan(100);
});
