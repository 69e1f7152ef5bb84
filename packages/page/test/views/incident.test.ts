import fc from "fast-check";
import type { StepView } from "@spotkeeper/controller";
import { describe, expect, test } from "vitest";
import { responders } from "../../../controller/src/respond/responders/index.ts";
import { barsOf, criticalPath, foldedScale, laneOf } from "../../src/views/incident/lanes.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const time = (seconds: number): string => new Date(T0 + seconds * 1_000).toISOString();
const step = (id: string, from: number | null, to: number | null, more: Partial<StepView> = {}): StepView => ({
  ...{ id, responder: id, words: id, nature: "acts", owed: false, state: to === null ? "intended" : "done", after: [] },
  ...{ attempts: 1, notBefore: null, abandonAt: time(120), seconds: null, reason: null },
  startedAt: from === null ? null : time(from),
  settledAt: to === null ? null : time(to),
  ...more,
});

describe("the rows of the deadline axis", () => {
  test("only the look that something is gone is in the last row; every other responder has a row of its kind", () => {
    const last = Object.keys(responders).filter((responder) => laneOf({ responder }) === "end");
    expect(last).toEqual(["verify-gone"]);
  });

  test("bars are hollow where nothing is changed, and open ones end now", () => {
    const steps = [
      step("set-draining", 1, 2),
      step("drain-tasks", 2, null, { nature: "waits" }),
      step("deregister-target", 1, 3, { state: "abandoned", reason: "access denied" }),
      step("verify-gone", null, null),
    ];
    expect(barsOf(steps, null, T0 + 9_000).map(({ id, shape, to, words }) => [id, shape, to - T0, words])).toEqual([
      ["set-draining", "acts", 2_000, "set-draining: 1.0 s"],
      ["drain-tasks", "waits", 9_000, "drain-tasks: intended"],
      ["deregister-target", "left", 3_000, "deregister-target: access denied"],
    ]);
  });

  test("the critical path leads from the last thing that draining waited for to its begin", () => {
    const steps = [
      step("look-up", 0, 1),
      step("set-draining", 1, 2, { after: ["look-up"] }),
      step("deregister-target", 1, 3, { after: ["look-up"] }),
      step("await-targets", 3, 30, { after: ["deregister-target"] }),
      step("drain-tasks", 2, 40, { after: ["set-draining"] }),
      step("verify-replacement", 120, 170),
    ];
    expect([...criticalPath(steps, T0 + 40_000)]).toEqual(["drain-tasks", "set-draining", "look-up"]);
    expect(criticalPath(steps, null)).toEqual(new Set());
  });
});

describe("a folded time axis", () => {
  test("long idle stretches are short, and named", () => {
    const scale = foldedScale([0, 10_000, 110_000, 120_000]);
    expect(scale.folds).toEqual([{ from: 10_000, to: 110_000 }]);
    expect(scale.at(10_000)).toBeCloseTo(10 / 26);
    expect(scale.at(110_000)).toBeCloseTo(16 / 26);
  });

  test("places are within 0 and 1 and keep the order of times", () => {
    const times = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, fc.array(fc.integer({ min: -1_000, max: 11_000_000 })), (known, asked) => {
        const { at } = foldedScale(known);
        const places = asked.toSorted((a, b) => a - b).map(at);
        for (const [n, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(n === 0 ? 0 : (places[n - 1] ?? 0));
          expect(place).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
