import type { PanelView } from "@spotkeeper/controller";
import { describe, expect, test } from "vitest";
import { filterQuery } from "../../../controller/src/show/routes/filter.ts";
import { outcomes } from "../../../controller/src/measure/outcomes.ts";
import { OUTCOMES } from "../../../controller/src/notify/message/outcome-words.ts";
import { OUTCOME_STATE } from "../../src/ui/state.ts";
import { bucketsOf, stacksOf } from "../../src/views/insights/buckets.ts";
import { countsOf } from "../../src/views/insights/counts.ts";
import { removeView, savedViews, saveView, type Store } from "../../src/views/insights/saved.ts";
import { before, FILTERS, filtersIn, queryOf, spanOf } from "../../src/views/insights/filters.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 30);
const panel = (bucket: PanelView["bucket"], from: string, to: string, marks: PanelView["marks"] = []): PanelView => ({
  ...{ panel: "time", rest: 0, bucket, marks },
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

describe("filters in the URL", () => {
  test("are those of the API, and nothing else is understood", () => {
    expect(Object.keys(filterQuery)).toEqual(expect.arrayContaining([...FILTERS]));
    expect(filtersIn({ group: "web", open: true, range: "7d", from: "nonsense", evil: "x", outcome: "" })).toEqual({
      ...{ group: "web", open: "true", range: "7d" },
    });
  });

  test("a range ends at the full minute, and absolute times stay", () => {
    const seven = spanOf({ range: "7d" }, NOW);
    expect(new Date(seven.to).toISOString()).toBe("2026-11-20T12:01:00.000Z");
    expect(seven.to - seven.from).toBe(7 * 86_400_000);
    expect(before(seven)).toEqual({ from: seven.from - 7 * 86_400_000, to: seven.from });
    const absolute = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", group: "web" };
    expect(queryOf(absolute, spanOf(absolute, NOW))).toEqual({
      ...{ group: "web", from: "2026-01-01T00:00:00.000Z", to: "2026-02-01T00:00:00.000Z" },
    });
  });
});

test("views are saved by name, and what another program left there does no harm", () => {
  const kept = new Map<string, string>();
  const store: Store = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  saveView(store, { name: "web, a week", search: { group: "web", range: "7d" } });
  saveView(store, { name: "all", search: {} });
  saveView(store, { name: "web, a week", search: { group: "web", range: "30d" } });
  expect(savedViews(store)).toEqual([
    { name: "all", search: {} },
    { name: "web, a week", search: { group: "web", range: "30d" } },
  ]);
  expect(removeView(store, "all").map(({ name }) => name)).toEqual(["web, a week"]);
  for (const left of [
    "{",
    "7",
    '[1, {"name": "x"}, {"name": "", "search": {}}, {"name": "y", "search": {"evil": 1}}]',
  ]) {
    for (const key of kept.keys()) kept.set(key, left);
    expect(savedViews(store)).toEqual(left.startsWith("[") ? [{ name: "y", search: {} }] : []);
  }
});

describe("columns over time", () => {
  test.each([
    ["hour", "2026-11-20T10:30:00Z", "2026-11-20T13:00:00Z", ["2026-11-20T10", "2026-11-20T11", "2026-11-20T12"]],
    ["day", "2026-02-27T23:00:00Z", "2026-03-02T00:00:00Z", ["2026-02-27T00", "2026-02-28T00", "2026-03-01T00"]],
    ["week", "2026-11-18T00:00:00Z", "2026-11-24T00:00:00Z", ["2026-11-16T00", "2026-11-23T00"]],
    ["month", "2026-11-18T00:00:00Z", "2027-01-02T00:00:00Z", ["2026-11-01T00", "2026-12-01T00", "2027-01-01T00"]],
    ["year", "2025-11-18T00:00:00Z", "2026-01-02T00:00:00Z", ["2025-01-01T00", "2026-01-01T00"]],
  ] as const)("a %s that is empty has its place", (bucket, from, to, begins) => {
    expect(bucketsOf(panel(bucket, from, to)).map((at) => at.slice(0, 13))).toEqual(begins);
  });

  test("what went badly is on top", () => {
    const at = "2026-11-20T00:00:00.000Z";
    const marks = ["deadline-passed", "told", "drained"].map((name) => ({ at, name, count: 1 }));
    const [stack] = stacksOf(panel("day", "2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z", marks));
    expect(stack?.parts.map(({ name }) => name)).toEqual(["drained", "only recommended", "not drained in time"]);
  });
});

test("every outcome has a state and counts once; only warned ones can be drained in time", () => {
  expect(Object.keys(OUTCOME_STATE).toSorted()).toEqual([...outcomes].toSorted());
  expect(Object.keys(OUTCOMES).toSorted()).toEqual([...outcomes].toSorted());
  const marks = outcomes.map((name) => ({ at: null, name, count: 2 }));
  expect(countsOf({ marks })).toEqual({
    ...{ all: 2 * outcomes.length, interrupted: 8, warned: 6, inTime: 4, missed: 2, calledOff: 4 },
  });
});
