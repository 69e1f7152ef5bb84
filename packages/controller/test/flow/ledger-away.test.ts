import { endMember, interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { effects, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, HOOK, hostOf, hostOfStandalone, scaleIn, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A disk that is full while `full` says so: nothing is written, what is there can be read. */
function fillable(): { full: boolean; readonly stand: (real: Ledger) => Ledger } {
  const disk = {
    full: false,
    stand: (real: Ledger): Ledger => {
      const refuse = (): Promise<never> => Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "the disk is full"));
      return {
        ...real,
        accept: (...all) => (disk.full ? refuse() : real.accept(...all)),
        commit: (...all) => (disk.full ? refuse() : real.commit(...all)),
      };
    },
  };
  return disk;
}

test.each([{ warm: true }, { warm: false }])(
  "full when the warning comes (inventory warm: $warm): drained and told, and written when it can be",
  async ({ warm }) => {
    const disk = fillable();
    box = await openBox({ build: shop(), ledger: disk.stand, warm });
    await box.run(60);
    disk.full = true;
    const victim = hostOf(box.region);
    const tasks = [...victim.containerInstance!.tasks].filter(({ service }) => service?.name === "web").length;
    const warnedAt = box.clock.now();
    interrupt(box.world, victim.id);
    await box.run(8);
    expect(box.verdicts.at(-1)).toMatchObject({ is: "later" });
    expect(effects(box, "drain")[0]?.at).toBeLessThan(warnedAt + 2_000);
    expect(effects(box, "deregister")).toHaveLength(1);
    expect(toldOf(box, victim.id)).toHaveLength(1);
    expect(toldOf(box, victim.id)[0]?.impact).toMatchObject([
      { service: "web", running: 4, doomed: tasks, survives: 4 - tasks },
    ]);
    await box.run(32);
    expect(toldOf(box, victim.id)).toHaveLength(1);
    disk.full = false;
    await box.run(1_800);
    const incident = await box.incident(victim.id);
    expect(incident.flagged.join()).toMatch(/at-least-once: the ledger was away/);
    expect(incident.outcome).toBe("drained");
    expect(incident.steps.find((one) => one.id.startsWith(`complete:${HOOK}`))?.state).toBe("done");
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
    expect(effects(box, "drain")).toHaveLength(1);
    expect(box.world.oracle.duplicates()).toEqual([]);
    expect(toldOf(box, victim.id).at(-1)?.phase).toBe("outcome");
  },
);

test("full while an incident is open: safe steps go on, and it closes when it can be written", async () => {
  const disk = fillable();
  box = await openBox({ build: shop({ standalone: true }), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(2);
  disk.full = true;
  await box.run(200);
  disk.full = false;
  await box.run(1_800);
  const incident = await box.incident(victim.id);
  expect(incident.closedAt).not.toBeNull();
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
  expect(box.world.oracle.duplicates()).toEqual([]);
  expect(box.world.oracle.leftovers().openActions).toEqual([]);
});

test("full when a group ends an instance: its hook is answered once that can be written, and not before", async () => {
  const disk = fillable();
  box = await openBox({ build: shop(), ledger: disk.stand, warm: true });
  await box.run(60);
  disk.full = true;
  scaleIn(box.world, groupOf(box.region));
  await box.run(60);
  expect(box.world.oracle.leftovers().openActions).toMatchObject([{ hook: HOOK }]);
  disk.full = false;
  await box.run(1_800);
  const [doc] = await box.incidents();
  expect(doc?.body.steps.find((one) => one.id.startsWith(`complete:${HOOK}`))?.state).toBe("done");
  expect(box.world.oracle.leftovers().openActions).toEqual([]);
});

test("full for longer than the notice lasts: tasks that nobody else stops are told to, in time", async () => {
  const disk = fillable();
  box = await openBox({ build: shop({ standalone: true }), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  disk.full = true;
  interrupt(box.world, victim.id);
  await box.run(300);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], tasksCut: [], targetsLost: [] });
  expect(effects(box, "stop-task").length).toBeGreaterThan(0);
  expect(box.failures.filter((error) => !(error instanceof SpotkeeperError))).toEqual([]);
  disk.full = false;
  await box.run(1_800);
  expect((await box.incident(victim.id)).closedAt).not.toBeNull();
  expect(box.world.oracle.duplicates()).toEqual([]);
});

test("full, and warned of while it already drains for its group: in time for the warning, and told as that", async () => {
  const disk = fillable();
  box = await openBox({ build: shop({ standalone: true }), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOfStandalone(box.region);
  disk.full = true;
  const { member } = victim;
  if (member !== null)
    endMember(box.world, member, "an instance was taken out of service in response to a user request");
  await box.run(10);
  interrupt(box.world, victim.id);
  await box.run(180);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], tasksCut: [], targetsLost: [] });
  expect(toldOf(box, victim.id).flatMap(({ members }) => members.flatMap(({ kinds }) => kinds))).toContain(
    "spot-interruption",
  );
});

test("full when the end of an instance comes that was warned of: not told as one without a warning", async () => {
  const disk = fillable();
  box = await openBox({ build: shop(), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(60);
  disk.full = true;
  await box.run(120);
  const told = toldOf(box, victim.id);
  expect(told.filter(({ headline }) => headline.includes("without a warning"))).toEqual([]);
});

test("full until its instance is gone: what was drained without it is not told as nothing to drain", async () => {
  const disk = fillable();
  box = await openBox({ build: shop(), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  disk.full = true;
  interrupt(box.world, victim.id);
  await box.run(240);
  disk.full = false;
  await box.run(1_800);
  expect(effects(box, "deregister").length).toBeGreaterThan(0);
  const { closedAt, outcome } = await box.incident(victim.id);
  expect(closedAt).not.toBeNull();
  expect(outcome).not.toBe("nothing-drained");
});

test("full until long after a notice that did not come true: what was taken away without it is put back", async () => {
  const disk = fillable();
  box = await openBox({ build: shop(), ledger: disk.stand, warm: true });
  await box.run(60);
  const victim = hostOf(box.region);
  disk.full = true;
  interrupt(box.world, victim.id, { survives: true });
  await box.run(310);
  expect(victim.containerInstance?.status).toBe("DRAINING");
  disk.full = false;
  await box.run(1_800);
  expect(await box.incident(victim.id)).toMatchObject({ outcome: "cancelled" });
  expect(victim.containerInstance?.status).toBe("ACTIVE");
  expect(toldOf(box, victim.id).at(-1)?.phase).toBe("outcome");
});
