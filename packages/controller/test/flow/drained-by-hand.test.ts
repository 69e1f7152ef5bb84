import { interrupt, setContainerState } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { effects } from "./assess.ts";
import { type Box, type BoxOptions, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

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
  box.simulator.faults.add({ match: { operation: "ListContainerInstances" }, effect: { kind: "hang" } });
  const warnedAt = box.clock.now();
  interrupt(box.world, host.id);
  await box.run(5);
  expect(effects(box, "drain")[0]?.at).toBeLessThan(warnedAt + 1_500);
});
