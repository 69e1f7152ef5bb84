import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { HOOK, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const ssm = { document: "drain-shop", parameters: {}, parameterPath: null };

test("a command is sent once, its end waited for, and what it printed stands on the timeline", async () => {
  box = await openBox({ build: shop(), actions: { ssm }, workers: 2, deliver: "all" });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_000);
  expect(effects(box, "run-command")).toHaveLength(1);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("drained");
  expect(step(incident, "command")).toMatchObject({ state: "done", reason: "drain-shop was sent" });
  expect(step(incident, "await-command")).toMatchObject({ state: "done", reason: "it printed: drain-shop has run" });
  const told = box.entries.filter(({ text }) => text.includes("it printed: drain-shop has run"));
  expect(told.length).toBeGreaterThan(0);
  expect(step(incident, `complete:${HOOK}`).settledAt).toBeGreaterThanOrEqual(
    step(incident, "await-command").settledAt ?? Infinity,
  );
  await expectSettled(box);
});

test("where SSM does not manage the instance the rest goes on", async () => {
  box = await openBox({ build: shop(), actions: { ssm } });
  await box.run(60);
  box.simulator.faults.add({
    match: { service: "ssm", operation: "SendCommand" },
    effect: { kind: "error", code: "InvalidInstanceId" },
  });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_000);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("drained");
  expect(step(incident, "command")).toMatchObject({
    state: "skipped",
    reason: expect.stringContaining("does not manage"),
  });
  expect(step(incident, "await-command")).toMatchObject({ state: "skipped", reason: "no command was sent" });
  await expectSettled(box);
});

test("throttled, it is tried again; with an answer that is lost it is not", async () => {
  box = await openBox({ build: shop(), actions: { ssm } });
  await box.run(60);
  const match = { service: "ssm", operation: "SendCommand" } as const;
  box.simulator.faults.add({ match, effect: { kind: "throttle" }, times: 2 });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(30);
  expect(effects(box, "run-command")).toHaveLength(1);
  expect(step(await box.incident(victim.id), "command")).toMatchObject({ state: "done", attempts: 3 });

  box.simulator.faults.add({ match, effect: { kind: "lost" } });
  const next = hostOf(box.region);
  interrupt(box.world, next.id);
  await box.run(1_000);
  expect(effects(box, "run-command")).toHaveLength(2);
  expect(step(await box.incident(next.id), "command")).toMatchObject({
    state: "abandoned",
    attempts: 1,
    reason: expect.stringContaining("not repeated"),
  });
  await expectSettled(box);
});
