import type { CallRecord, Effect } from "@spotkeeper/simulator";
import { expect } from "vitest";
import type { AlertModel } from "../../src/notify/alert.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Step } from "../../src/model/step.ts";
import type { Box } from "./box.ts";

/** Effects of one kind that took effect (not those that AWS had nothing left to do for). */
export const effects = (box: Box, kind: Effect["kind"], about = ""): readonly Effect[] =>
  box.world.oracle.effects().filter((one) => one.kind === kind && !one.again && one.key.includes(about));

/** Calls that were to change something, as the simulator heard them. */
export const writes = (box: Box): readonly CallRecord[] => box.simulator.calls.recent().filter((call) => call.mutating);

export const step = (incident: Incident, id: string): Step => {
  const found = [...incident.steps, ...incident.owed].find((one) => one.id === id || one.id.startsWith(`${id}:`));
  if (found === undefined)
    throw new Error(`no step ${id}; there are ${incident.steps.map((one) => one.id).join(", ")}`);
  return found;
};

/** What people were told of one instance, in order. */
export const toldOf = (box: Box, subject: string): readonly AlertModel[] =>
  box.sent.filter((model) => model.members.some((member) => member.subject === subject));

/** What holds at the end of every story: nothing twice, nothing left over, nothing failed, every incident closed. */
export async function expectSettled(box: Box): Promise<void> {
  expect(box.failures).toEqual([]);
  expect(box.world.oracle.duplicates()).toEqual([]);
  expect(box.world.oracle.leftovers()).toEqual({
    detachedRunning: [],
    raised: [],
    onDemandRaised: [],
    openActions: [],
  });
  const open = (await box.incidents()).filter((doc) => doc.body.closedAt === null);
  expect(open.map((doc) => [doc.key, doc.body.steps.filter((one) => one.settledAt === null)])).toEqual([]);
}
