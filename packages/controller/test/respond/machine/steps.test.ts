import fc from "fast-check";
import { expect, test } from "vitest";
import type { Step, StepState } from "../../../src/model/step.ts";
import { next } from "../../../src/respond/machine/next.ts";
import { isSettled, mergePlan } from "../../../src/respond/machine/steps.ts";
import { T0, warning } from "../../correlate/support.ts";
import { incidentOf, planned, stepOf } from "../support.ts";

const withSteps = (...steps: readonly Step[]): ReturnType<typeof incidentOf> => {
  const doc = incidentOf(warning(0));
  return { ...doc, body: { ...doc.body, steps } };
};

test("steps side by side are due together; one behind another waits for it", () => {
  const doc = withSteps(stepOf("a"), stepOf("b"), stepOf("c", { after: ["a", "b"] }));
  expect(next(doc, T0).due.map((step) => step.id)).toEqual(["a", "b"]);
  const done = withSteps(
    stepOf("a", { state: "done" }),
    stepOf("b", { state: "abandoned" }),
    stepOf("c", { after: ["a", "b"] }),
  );
  expect(next(done, T0).due.map((step) => step.id)).toEqual(["c"]);
});

test("a step that waits for its time is not due, and says when it will be", () => {
  const doc = withSteps(stepOf("a", { retryAt: T0 + 5_000 }), stepOf("b", { notBefore: T0 + 3_000 }));
  expect(next(doc, T0)).toEqual({ due: [], wakeAt: T0 + 3_000 });
});

test("a step behind one that never settles wakes at the end of its budget", () => {
  const doc = withSteps(stepOf("a", { abandonAt: T0 + 9_000, retryAt: T0 + 60_000 }), stepOf("b", { after: ["a"] }));
  expect(next(doc, T0).wakeAt).toBe(T0 + 9_000);
});

test("what was begun, and what is owed or needed and was not tried, has ten minutes more than its time", () => {
  const late = (id: string, over: Partial<Step> = {}): Step => stepOf(id, { abandonAt: T0, ...over });
  const doc = withSteps(
    late("begun", { state: "intended", attempts: 1 }),
    late("undo:deregister"),
    late("look-up"),
    late("look-around"),
    late("undo:drain", { attempts: 1 }),
    late("other"),
  );
  const dueAt = (now: number): readonly string[] => next(doc, now).due.map(({ id }) => id);
  expect(dueAt(T0 + 599_999)).toEqual(["begun", "undo:deregister", "look-up", "look-around"]);
  expect(dueAt(T0 + 600_000)).toEqual([]);
});

test("a plan that was made from less than is to be known drops nothing", () => {
  const steps = [stepOf("kept"), stepOf("lacking")];
  const merged = mergePlan(steps, [planned("kept")], T0, false);
  expect(merged.map(({ id, state }) => [id, state])).toEqual([
    ["kept", "waiting"],
    ["lacking", "waiting"],
  ]);
});

test("nothing is due, and nothing wakes, when all is settled", () => {
  expect(next(withSteps(stepOf("a", { state: "done" }), stepOf("b", { state: "skipped" })), T0)).toEqual({
    due: [],
    wakeAt: null,
  });
});

test("planning again keeps what has happened, takes new budgets, adds and drops", () => {
  const steps = [stepOf("done", { state: "done", receipt: 1 }), stepOf("waits"), stepOf("dropped")];
  const merged = mergePlan(steps, [planned("done"), planned("waits", { abandonAt: T0 + 5 }), planned("new")], T0);
  expect(merged.map(({ id, state, abandonAt, receipt }) => ({ id, state, abandonAt, receipt }))).toEqual([
    { id: "done", state: "done", abandonAt: T0 + 120_000, receipt: 1 },
    { id: "waits", state: "waiting", abandonAt: T0 + 5, receipt: null },
    { id: "new", state: "waiting", abandonAt: T0 + 120_000, receipt: null },
    { id: "dropped", state: "skipped", abandonAt: T0 + 120_000, receipt: null },
  ]);
  const back = mergePlan(merged, [planned("dropped")], T0);
  expect(back.find((step) => step.id === "dropped")?.state).toBe("waiting");
});

const states: readonly StepState[] = ["waiting", "intended", "done", "skipped", "abandoned"];
const anyStep = fc
  .record({
    id: fc.constantFrom("a", "b", "c", "d", "e"),
    state: fc.constantFrom(...states),
    retry: fc.option(fc.nat(9)),
  })
  .map(({ id, state, retry }) => stepOf(id, { state, retryAt: retry === null ? null : T0 + retry }));
const anySteps = fc.uniqueArray(anyStep, { selector: (step) => step.id });

test("property: planning the same twice is planning once, and never undoes what is settled", () => {
  fc.assert(
    fc.property(anySteps, fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e")), (steps, ids) => {
      const plan = ids.map((id) => planned(id));
      const once = mergePlan(steps, plan, T0);
      expect(mergePlan(once, plan, T0)).toEqual(once);
      for (const step of steps.filter((one) => isSettled(one) && one.state !== "skipped"))
        expect(once.find((one) => one.id === step.id)).toEqual(step);
    }),
  );
});

test("property: something is due, or a later instant is named, as long as anything is open", () => {
  fc.assert(
    fc.property(anySteps, fc.nat(20), (steps, later) => {
      const doc = withSteps(...steps);
      const { due, wakeAt } = next(doc, T0 + later);
      const open = steps.some((step) => !isSettled(step));
      expect(due.length > 0 || wakeAt !== null).toBe(open);
      if (due.length === 0 && wakeAt !== null) expect(wakeAt).toBeGreaterThan(T0 + later);
    }),
  );
});
