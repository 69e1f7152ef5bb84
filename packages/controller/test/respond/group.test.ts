import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Doc } from "../../src/model/doc.ts";
import type { Group, Replacement } from "../../src/model/group.ts";
import type { Key } from "../../src/model/key.ts";
import type { Params, Plain } from "../../src/model/plain.ts";
import type { Step } from "../../src/model/step.ts";
import { admit, type GroupView } from "../../src/respond/group/gates.ts";
import { newGroup, withReplacement } from "../../src/respond/group/document.ts";
import { refreshGroup } from "../../src/respond/group/refresh.ts";
import { isSettled, settle } from "../../src/respond/machine/steps.ts";
import { T0 } from "../correlate/support.ts";

const NAME = { account: "123456789012", region: "us-east-1", name: "web" };
const view = (over: Partial<GroupView> = {}): GroupView => ({
  desired: 10,
  max: 20,
  serving: 10,
  capacityRebalance: false,
  suspended: [],
  refreshing: false,
  shifted: false,
  maxHealthyPercent: null,
  operator: null,
  balanced: false,
  last: {},
  looked: Array.from({ length: 30 }, (_, index) => `i-${index}`),
  instances: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`i-${index}`, { state: "InService", protected: false }]),
  ),
  ...over,
});

const asks = (index: number, over: Partial<Replacement> = {}): [Key, Replacement] => [
  `incident#i-${index}#1`,
  {
    instanceId: `i-${index}`,
    state: "asked",
    by: "detach",
    batch: null,
    reason: null,
    recommended: false,
    askedAt: T0 + index - 1_100,
    since: T0,
    within: 600_000,
    deadline: T0 + 600_000,
    onDemand: null,
    raised: 0,
    units: 1,
    ...over,
  },
];

function groupOf(asking: readonly [Key, Replacement][], over: Partial<Group> = {}): Doc<"group"> {
  let doc = newGroup(NAME);
  for (const [key, one] of asking) doc = withReplacement(doc, key, one, T0);
  return { ...doc, body: { ...doc.body, cap: 0.5, cooldown: 0, ...over } };
}

/** The group's machine with a world that answers each step: `answers` by responder; others succeed. */
function play(doc: Doc<"group">, answers: Record<string, (step: Step) => Plain>, now = T0): Doc<"group"> {
  let at = doc;
  for (let round = 0; round < 20; round++) {
    at = refreshGroup(at, now).doc;
    const open = at.body.steps.filter((step) => !isSettled(step) && !answers[`hold:${step.responder}`]);
    if (open.length === 0) return at;
    const steps = at.body.steps.map((step) =>
      open.includes(step)
        ? {
            ...settle(step, "done", null, now),
            receipt: (answers[step.responder] ?? ((): Plain => ({ already: false })))(step),
          }
        : step,
    );
    at = { ...at, body: { ...at.body, steps } };
  }
  throw new Error("the group does not come to rest");
}

/** Keeps what a step was called with, and answers nothing. */
function noted<T>(calls: T[], one: T): Plain {
  calls.push(one);
  return null;
}

const statesOf = (doc: Doc<"group">): string[] => Object.values(doc.body.replacing).map((one) => one.state);
const gates = (over: Partial<GroupView> = {}): Record<string, (step: Step) => Plain> => ({
  "group-gates": () => view(over) as unknown as Plain,
});

describe("gates", () => {
  test.each([
    ["it has left its group", { instances: {} }, {}],
    ["it is in standby", { instances: { "i-0": { state: "Standby", protected: false } } }, {}],
    ["it terminates already", { instances: { "i-0": { state: "Terminating:Wait", protected: false } } }, {}],
    ["its root volume is exchanged", { instances: { "i-0": { state: "ReplacingRootVolume", protected: false } } }, {}],
    ["its group has an operator", { operator: "eks.amazonaws.com" }, {}],
    ["a replacement would take no requests", { balanced: true, suspended: ["AddToLoadBalancer"] }, {}],
    ["Capacity Rebalancing replaces it", { capacityRebalance: true }, { recommended: true }],
    ["an instance refresh runs", { refreshing: true }, {}],
    ["a zonal shift is in force", { shifted: true }, {}],
    ["launches are suspended", { suspended: ["Launch"] }, {}],
    ["it is protected", { instances: { "i-0": { state: "InService", protected: true } } }, { by: "raise" }],
    ["the group is at its maximum", { max: 10 }, { by: "raise" }],
    ["there is spare capacity", { serving: 11 }, {}],
  ] as const)("refused: %s", (_name, seen, asked) => {
    const doc = play(groupOf([asks(0, asked)]), gates(seen));
    expect(statesOf(doc)).toEqual(["refused"]);
    expect(
      doc.body.steps.some((step) => step.responder === "detach-instances" || step.responder === "set-desired"),
    ).toBe(false);
  });
  test("a warning is replaced even where Capacity Rebalancing is on: that reacts to recommendations only", () => {
    expect(statesOf(play(groupOf([asks(0)]), gates({ capacityRebalance: true })))).toEqual(["serves"]);
  });
});

test("property: never more under replacement than the cap, nor above the maximum", () => {
  fc.assert(
    fc.property(
      fc.record({
        cap: fc.double({ min: 0, max: 1, noNaN: true }),
        max: fc.integer({ min: 10, max: 14 }),
        asked: fc.integer({ min: 1, max: 10 }),
      }),
      fc.constantFrom("detach" as const, "raise" as const),
      ({ cap, max, asked }, by) => {
        const doc = groupOf(
          Array.from({ length: asked }, (_, index) => asks(index, { by })),
          { cap },
        );
        const { admitted } = admit(doc.body, by, view({ max }));
        expect(admitted.length).toBeLessThanOrEqual(Math.max(1, Math.floor(cap * 10)));
        if (by === "raise") expect(10 + admitted.length).toBeLessThanOrEqual(Math.max(10, max));
        expect(admitted).toEqual(
          admitted.toSorted((a, b) => doc.body.replacing[a]!.askedAt - doc.body.replacing[b]!.askedAt),
        );
      },
    ),
  );
});

test.each(["raise", "detach"] as const)("by %s, what is under way counts against the cap by its weight", (by) => {
  const instances = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`i-${index}`, { state: "InService", protected: false, units: 4 }]),
  );
  const heavy = { desired: 40, serving: 40, max: 80, instances };
  const all = [0, 1, 2].map((index) => asks(index, { by }));
  const first = play(groupOf(all.slice(0, 2), { cap: 0.2 }), { ...gates(heavy), "hold:group-serving": () => null });
  expect(statesOf(first)).toEqual(["launching", "launching"]);
  const { body } = withReplacement(first, ...asks(2, { by }), T0);
  // One under replacement is not looked at again, and a detached one has left its group.
  expect(admit(body, by, view({ ...heavy, instances: { "i-2": { ...instances["i-2"]! } } })).admitted).toEqual([]);
});

test("who is the last healthy target is raised for, under the gates and the cap of a raise", () => {
  const last = { "i-0": "nodes" };
  expect(admit(groupOf([asks(0), asks(1)]).body, "detach", view({ last }))).toMatchObject({
    admitted: [asks(1)[0]],
    raised: [asks(0)[0]],
  });
  const calls: Params[] = [];
  const call = (step: Step): Plain => noted(calls, step.params);
  play(groupOf([asks(0)]), { ...gates({ last }), "set-desired": call, "detach-instances": call });
  expect(calls).toMatchObject([{ from: 10, to: 11 }]);
});

test("who is the last healthy target, where there is no room, waits with the reason", () => {
  const doc = play(groupOf([asks(0)]), gates({ last: { "i-0": "nodes" }, max: 10 }));
  expect(Object.values(doc.body.replacing)[0]).toMatchObject({
    state: "asked",
    reason: "it is the last healthy target of nodes, and the group is at its maximum of 10",
  });
});

test("a look that an earlier version kept says nothing of load balancers or an operator, and counts", () => {
  const { operator: _operator, balanced: _balanced, last: _last, ...old } = view();
  expect(statesOf(play(groupOf([asks(0)]), { "group-gates": () => old as unknown as Plain }))).toEqual(["serves"]);
});

test("those over the cap wait, and are asked about again, not in a loop", () => {
  const doc = play(groupOf([asks(0), asks(1)], { cap: 0.1 }), gates());
  expect(statesOf(doc)).toEqual(["serves", "asked"]);
  expect(doc.wakeAt).toBeGreaterThan(T0);
  expect(doc.body.cooldownUntil).toBeGreaterThan(T0);
});

test("a batch is one call: twenty ids at most are detached together", () => {
  const calls: Plain[] = [];
  const detach = (step: Step): Plain => noted(calls, step.params["ids"] ?? null);
  play(groupOf([asks(0), asks(1), asks(2)]), { ...gates(), "detach-instances": detach });
  expect(calls).toEqual([["i-0", "i-1", "i-2"]]);
});

describe("owned to its end", () => {
  test("detached, served and released: terminated, settled, and forgotten in time", () => {
    const served = play(groupOf([asks(0)]), gates());
    const [key] = asks(0);
    const released = withReplacement(served, key, { ...served.body.replacing[key]!, state: "retiring" }, T0);
    const ended: Plain[] = [];
    const end = (step: Step): Plain => noted(ended, step.params["instanceId"] ?? null);
    const settled = play(released, { "terminate-detached": end });
    expect(ended).toEqual(["i-0"]);
    expect(statesOf(settled)).toEqual(["settled"]);
    const later = refreshGroup(settled, T0 + 3_600_000).doc;
    expect(later.body).toMatchObject({ replacing: {}, steps: [], baseline: null });
    expect(later.wakeAt).toBeNull();
  });
  test("raised: terminated in the group with decrement", () => {
    const calls: Params[] = [];
    const call = (step: Step): Plain => noted(calls, step.params);
    const served = play(groupOf([asks(0, { by: "raise" })]), { ...gates(), "set-desired": call });
    expect(calls).toMatchObject([{ from: 10, to: 11 }]);
    const [key] = asks(0);
    const released = withReplacement(served, key, { ...served.body.replacing[key]!, state: "retiring" }, T0);
    const settled = play(released, { "terminate-in-group": call });
    expect(calls.slice(1)).toMatchObject([{ instanceId: "i-0" }]);
    expect(statesOf(settled)).toEqual(["settled"]);
  });
  test("raised, but it went by itself: what was raised is lowered", () => {
    const served = play(groupOf([asks(0, { by: "raise" })]), gates());
    const [key] = asks(0);
    const retiring = withReplacement(served, key, { ...served.body.replacing[key]!, state: "retiring" }, T0);
    const calls: Params[] = [];
    const settled = play(retiring, {
      "terminate-in-group": () => ({ already: true }),
      "set-desired": (step) => noted(calls, step.params),
    });
    expect(calls).toMatchObject([
      { from: 11, to: 10 },
      { from: [11], to: 10 },
    ]);
    expect(statesOf(settled)).toEqual(["settled"]);
    expect(settled.body).toMatchObject({ baseline: null, ours: [] });
  });
  test("what a dry run leaves raised is told", () => {
    const planned = refreshGroup(groupOf([], { baseline: 10, ours: [11] }), T0).doc;
    const steps = planned.body.steps.map((step) => settle(step, "skipped", "dry run", T0));
    const { doc, entries } = refreshGroup({ ...planned, body: { ...planned.body, steps } }, T0);
    expect(doc.body.baseline).toBeNull();
    const told = { text: expect.stringMatching(/may still be .*above 10: dry run/), data: { attention: true } };
    expect(entries).toMatchObject([told]);
  });
  test("raised for two that went by themselves: lowered for each, and compared with what it was", () => {
    let doc = play(groupOf([asks(0, { by: "raise" }), asks(1, { by: "raise" })]), gates());
    for (const [key] of [asks(0), asks(1)])
      doc = withReplacement(doc, key, { ...doc.body.replacing[key]!, state: "retiring" }, T0);
    const calls: Params[] = [];
    const settled = play(doc, {
      "terminate-in-group": () => ({ already: true }),
      "set-desired": (step) => noted(calls, step.params),
    });
    expect(calls).toMatchObject([
      { from: 12, to: 11 },
      { from: 11, to: 10 },
      { from: [12, 11], to: 10 },
    ]);
    expect(statesOf(settled)).toEqual(["settled", "settled"]);
  });
  test("an incident that never comes back: retired when its time is over", () => {
    const served = play(groupOf([asks(0)]), gates());
    expect(served.wakeAt).toBe(T0 + 600_000);
    expect(statesOf(play(served, {}, T0 + 600_000))).toEqual(["settled"]);
  });
  test("what could not be ended is told, whatever its replacement had waited for", () => {
    const served = play(groupOf([asks(0)]), gates());
    const [key] = asks(0);
    const waited = { ...served.body.replacing[key]!, state: "retiring", reason: "the last healthy target" } as const;
    const retiring = play(withReplacement(served, key, waited, T0), { "hold:terminate-detached": () => null });
    const steps = retiring.body.steps.map((step) =>
      isSettled(step) ? step : settle(step, "skipped", "it could not be ended; please end it", T0),
    );
    const told = refreshGroup({ ...retiring, body: { ...retiring.body, steps } }, T0).doc;
    expect(told.body.replacing[key]).toMatchObject({
      state: "settled",
      reason: "it could not be ended; please end it",
    });
  });
  test("a write that failed is told, and nothing is waited for", () => {
    const asked = refreshGroup(groupOf([asks(0)]), T0).doc;
    const looked = {
      ...asked,
      body: {
        ...asked.body,
        steps: asked.body.steps.map((step) => ({
          ...settle(step, "done", null, T0),
          receipt: view() as unknown as Plain,
        })),
      },
    };
    const writing = refreshGroup(looked, T0).doc;
    const failed = {
      ...writing,
      body: {
        ...writing.body,
        steps: writing.body.steps.map((step) =>
          step.responder === "detach-instances" ? settle(step, "abandoned", "denied: no", T0) : step,
        ),
      },
    };
    const told = refreshGroup(failed, T0).doc;
    expect(Object.values(told.body.replacing)[0]).toMatchObject({ state: "refused", reason: "denied: no" });
  });
});

describe("what may have been written though its answer was lost", () => {
  const abandoned = (by: "detach" | "raise", reason: string, count = 1): Doc<"group"> => {
    const all = Array.from({ length: count }, (_, index) => asks(index, { by }));
    const asked = refreshGroup(groupOf(all, { cap: 1 }), T0 + 1_000).doc;
    const settled = (doc: Doc<"group">, responder: string, over: Partial<Step>): Doc<"group"> => ({
      ...doc,
      body: {
        ...doc.body,
        steps: doc.body.steps.map((step) => (step.responder === responder ? { ...step, ...over } : step)),
      },
    });
    const looked = settled(asked, "group-gates", { state: "done", receipt: view() as unknown as Plain, settledAt: T0 });
    const writing = refreshGroup(looked, T0 + 1_000).doc;
    const over = { state: "abandoned", reason, settledAt: T0 } as const;
    return refreshGroup(settled(writing, by === "detach" ? "detach-instances" : "set-desired", over), T0 + 1_000).doc;
  };
  test("a detach is paid back: the step that terminates looks whether it is still in its group", () => {
    const doc = abandoned("detach", "its time is over");
    expect(statesOf(doc)).toEqual(["retiring"]);
    expect(doc.body.steps.some((step) => step.responder === "terminate-detached")).toBe(true);
  });
  test("a raise is lowered again, if it is there", () => {
    const doc = abandoned("raise", "its time is over");
    expect(doc.body.steps.find((step) => step.id === "lower:raise:1")?.params).toMatchObject({ from: [11], to: 10 });
  });
  test("what AWS refused was not written: desired capacity is only compared with what it was", () => {
    const doc = abandoned("raise", "denied: no");
    expect(doc.body.steps.map(({ id, params }) => [id, params["to"]])).toEqual([["settle", 10]]);
    expect(doc.body.replacing).toMatchObject({ [asks(0)[0]]: { raised: 0 } });
  });
});

test("who asked and never had a turn is refused when the time is over", () => {
  const doc = refreshGroup(groupOf([asks(0)], { cooldownUntil: T0 + 9_000_000 }), T0 + 600_000).doc;
  expect(Object.values(doc.body.replacing)[0]).toMatchObject({
    state: "refused",
    reason: "its turn did not come in time",
  });
});
