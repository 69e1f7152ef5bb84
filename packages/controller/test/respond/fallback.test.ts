import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AutoScalingGroup } from "../../src/aws/calls/auto-scaling.ts";
import type { Fallback } from "../../src/model/group.ts";
import type { Step } from "../../src/model/step.ts";
import { isSpotShortage, type FallbackRequest, requestFor, withRequest } from "../../src/respond/group/fallback.ts";
import { newGroup } from "../../src/respond/group/document.ts";
import { refreshGroup } from "../../src/respond/group/refresh.ts";
import { settle } from "../../src/respond/machine/steps.ts";
import { T0 } from "../correlate/support.ts";
import { factsWith } from "./support.ts";

const NAME = { account: "123456789012", region: "us-east-1", name: "web" };
const allowed = { lasts: 3_600_000, most: 2 };
const SAID = "Could not launch Spot Instances. UnfulfillableCapacity";

const groupWith = (active: number, over: Partial<AutoScalingGroup> = {}): AutoScalingGroup => ({
  ...(factsWith().group as AutoScalingGroup),
  desired: 6,
  onDemand: { base: 0, percent: 0 },
  instances: Array.from({ length: active }, (_, index) => ({
    id: `i-${index}`,
    state: "InService",
    health: "Healthy",
    protected: false,
    availabilityZone: "us-east-1a",
    type: null,
    units: 1,
  })),
  ...over,
});

describe("what counts as a want of Spot capacity", () => {
  test.each([
    ["Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity", true],
    ["Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded.", true],
    ["There is no Spot capacity available that matches your request.", true],
    ["Could not launch Spot Instances. InvalidAMIID.NotFound - The image id does not exist", false],
    ["We currently do not have sufficient m5.large capacity in the Availability Zone you requested", false],
  ])("%s: %s", (said, counts) => {
    expect(isSpotShortage(said)).toBe(counts);
  });
});

describe("what is wished for", () => {
  test.each([
    ["what is missing", groupWith(5), 1],
    ["no more than is allowed", groupWith(1), 2],
    ["above the base that it has", groupWith(5, { onDemand: { base: 2, percent: 0 } }), 3],
    ["past a percentage that would swallow it", groupWith(5, { onDemand: { base: 0, percent: 50 } }), 1],
  ] as const)("%s", (_what, group, to) => {
    expect(requestFor(group, null, allowed, SAID)).toMatchObject({ from: group.onDemand?.base, to });
  });
  test.each([
    ["no mixed instances policy", groupWith(5, { onDemand: null }), /no mixed instances policy/],
    ["weights", groupWith(5, { counts: "units" }), /in units/],
    ["suspended launches", groupWith(5, { suspendedProcesses: ["Launch"] }), /suspended/],
    ["all On-Demand already", groupWith(5, { onDemand: { base: 0, percent: 100 } }), /no more On-Demand/],
    ["nothing missing", groupWith(6), /no more On-Demand/],
  ] as const)("nothing: %s", (_what, group, why) => {
    expect(requestFor(group, null, allowed, SAID)).toMatch(why);
  });
  test("property: over any number of wishes never more On-Demand than allowed, nor than desired", () => {
    fc.assert(
      fc.property(
        fc.record({
          desired: fc.integer({ min: 1, max: 40 }),
          base: fc.integer({ min: 0, max: 5 }),
          percent: fc.integer({ min: 0, max: 100 }),
          most: fc.integer({ min: 1, max: 10 }),
          active: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }),
        }),
        ({ desired, base, percent, most, active }) => {
          const share = (at: number): number =>
            Math.min(desired, at + Math.ceil((Math.max(0, desired - at) * percent) / 100));
          let had: Fallback | null = null;
          let now = base;
          for (const count of active) {
            const group = groupWith(Math.min(count, desired), { desired, onDemand: { base: now, percent } });
            const wish: FallbackRequest | string = requestFor(group, had, { lasts: 1, most }, SAID);
            if (typeof wish === "string") continue;
            now = wish.to;
            had = { from: base, ours: [now], wanted: null, until: T0, lasts: 1, because: "" };
          }
          expect(share(now)).toBeLessThanOrEqual(Math.min(desired, share(base) + most));
        },
      ),
    );
  });
});

describe("the group's record", () => {
  const wish: FallbackRequest = { from: 0, to: 1, lasts: 3_600_000, because: SAID };
  const wished = { ...newGroup(NAME), body: withRequest(newGroup(NAME).body, wish) };
  type Group = typeof wished;
  const at = (doc: Group, now: number): Group => refreshGroup(doc, now).doc;
  const answered = (
    doc: Group,
    state: "done" | "skipped" | "abandoned",
    reason: string | null,
    now: number,
  ): Group => ({
    ...doc,
    body: { ...doc.body, steps: doc.body.steps.map((step): Step => settle(step, state, reason, now)) },
  });
  const paramsOf = (doc: Group): unknown[] => doc.body.steps.map((step) => [step.id, step.params]);

  test("raised, and lowered again when the time is over, though nobody comes back", () => {
    const raising = at(wished, T0);
    expect(paramsOf(raising)).toEqual([["on-demand", { group: "web", from: [0], to: 1 }]]);
    const raised = at(answered(raising, "done", null, T0), T0);
    expect(raised.wakeAt).toBe(T0 + 3_600_000);
    const lowering = at(raised, T0 + 3_600_000);
    expect(paramsOf(lowering)).toEqual([["spot-again", { group: "web", from: [1], to: 0 }]]);
    const over = at(answered(lowering, "done", null, T0 + 3_600_000), T0 + 3_600_000);
    expect(over).toMatchObject({ wakeAt: null, body: { fallback: null, steps: [] } });
  });
  test("refused: nothing is owed", () => {
    expect(at(answered(at(wished, T0), "abandoned", "denied: no", T0), T0).body.fallback).toBeNull();
    expect(at(answered(at(wished, T0), "skipped", "somebody else", T0), T0).body.fallback).toBeNull();
  });
  test("its answer was lost: it may be there, and is lowered from what it was or is", () => {
    const raised = at(answered(at(wished, T0), "abandoned", "its time is over", T0), T0);
    expect(raised.body.fallback).toMatchObject({ until: T0 + 3_600_000, ours: [1] });
  });
  test("a wish more while it is raised: raised further, for as long again; lowered to where it began", () => {
    const raised = at(answered(at(wished, T0), "done", null, T0), T0);
    const more = { ...raised, body: withRequest(raised.body, { ...wish, from: 1, to: 3 }) };
    const raising = at(more, T0 + 1_000);
    expect(paramsOf(raising)).toEqual([["on-demand", { group: "web", from: [1], to: 3 }]]);
    const further = at(answered(raising, "done", null, T0 + 2_000), T0 + 2_000);
    expect(further.body.fallback).toMatchObject({ from: 0, ours: [1, 3], until: T0 + 3_602_000 });
    expect(paramsOf(at(further, T0 + 3_602_000))).toEqual([["spot-again", { group: "web", from: [1, 3], to: 0 }]]);
  });
  test.each(["while it is lowered", "once that is done"])("a wish %s does not stand in its way", (when) => {
    const raised = at(answered(at(wished, T0), "done", null, T0), T0);
    const lowering = at(raised, T0 + 3_600_000);
    const before = when === "while it is lowered" ? lowering : answered(lowering, "done", null, T0 + 3_600_000);
    const more = { ...before, body: withRequest(before.body, { ...wish, from: 1, to: 2 }) };
    const over = at(answered(at(more, T0 + 3_601_000), "done", null, T0 + 3_602_000), T0 + 3_602_000);
    expect(over).toMatchObject({ wakeAt: null, body: { fallback: null, steps: [] } });
  });
  test("one that an earlier version let in is dropped: the base is lowered all the same", () => {
    const raised = at(answered(at(wished, T0), "done", null, T0), T0);
    const { body, ...doc } = answered(at(raised, T0 + 3_600_000), "done", null, T0 + 3_600_000);
    const stuck = { ...doc, body: { ...body, fallback: { ...(body.fallback as Fallback), wanted: 2 } } };
    expect(at(stuck, T0 + 3_601_000).body.fallback).toBeNull();
  });
  test("what could not be lowered is told, with what to do", () => {
    const raised = at(answered(at(wished, T0), "done", null, T0), T0);
    const lowering = at(raised, T0 + 3_600_000);
    const { doc, entries } = refreshGroup(answered(lowering, "abandoned", "denied: no", T0), T0 + 3_600_000);
    expect(entries.map(({ text }) => text)).toEqual([
      "the On-Demand base could not be lowered to 0 again: denied: no; please lower it",
    ]);
    expect(doc.body.fallback).toBeNull();
  });
});
