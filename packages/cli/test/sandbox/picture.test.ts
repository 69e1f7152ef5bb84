import { stripVTControlCharacters } from "node:util";
import type { Incident } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { countdown, stepOf } from "../../src/sandbox/describe.ts";
import { paintLine } from "../../src/sandbox/paint.ts";
import { render } from "../../src/sandbox/render.ts";
import { renderSummary } from "../../src/sandbox/summary.ts";
import { isAtStake } from "../../src/sandbox/watch.ts";
import { outcomesOf } from "../../src/simulate/outcome.ts";
import { printable } from "../../src/table.ts";
import { incident, NOW, sent, view } from "./support/view.ts";

test.each([
  [120, 40],
  [80, 24],
  [40, 12],
])("fits %d by %d, with and without colours", (columns, rows) => {
  const many = view({
    open: Array.from({ length: 50 }, () => incident()),
    alerts: Array.from({ length: 50 }, () => sent("x".repeat(300), ["y".repeat(300)])),
  });
  for (const shown of [view(), many, view({ open: [], ended: [], alerts: [] })]) {
    const plain = render(shown, { columns, rows, colors: false });
    expect(plain.length).toBeLessThanOrEqual(rows);
    for (const line of plain) {
      expect(Array.from(line).length).toBeLessThanOrEqual(columns);
      expect(line).not.toContain("\u001B");
    }
    const colored = render(shown, { columns, rows, colors: true });
    expect(colored.map((line) => stripVTControlCharacters(line))).toEqual(plain);
    expect(colored.join("")).toContain("\u001B[");
  }
});

test("says of every incident how it ended, the bad endings among them, and they add up", () => {
  const outcomes = { drained: 35, "missed-notice": 2, open: 1, unclassified: 1 };
  const summary = { ...view().summary, incidents: 39, outcomes };
  const shown = render(view({ summary }), { columns: 120, rows: 30, colors: false });
  expect(shown).toContain(
    "LAST OUTCOMES  35 drained, 2 ended without a warning, 1 open, 1 ended for reasons that EC2 does not tell",
  );
  const end = renderSummary(summary);
  expect(end).toMatch(
    /^incidents +39: 35 drained, 2 ended without a warning, 1 open, 1 ended for reasons that EC2 does not tell$/m,
  );
  expect(end).toMatch(/^missed notices +2$/m);
  const all = [incident(), incident({ outcome: "unclassified", closedAt: NOW })];
  expect(outcomesOf(all)).toEqual({ open: 1, unclassified: 1 });
});

test("shows the fleet, the time that is left, the step, outcomes and counters", () => {
  const step = {
    id: "drain-tasks",
    responder: "drain-tasks",
    state: "waiting",
    startedAt: NOW,
    reason: "2 tasks still run",
  };
  const open = [incident({ steps: [step] as unknown as Incident["steps"] })];
  const lines = render(view({ open }), { columns: 120, rows: 40, colors: false }).join("\n");
  expect(lines).toMatch(/shop-web +3\/4 +□■■▼/);
  expect(lines).toMatch(/i-0123456789abcdef0 shop-web +m5\.large +us-east-1a +reclaim +1:30 █{6}░░ +2 tasks still run/);
  expect(lines).toContain("drained, 90 s to spare, replaced 30 s after");
  expect(lines).toContain(
    "1 of 1 drained in time   0 tasks killed   0 done twice   42 AWS calls   0 throttled   1 ended",
  );
  expect(lines).toContain("page http://127.0.0.1:8787");
});

test.each([
  [80, 24, /i-0123456… shop-web +reclaim +1:30 █{6}░░ +2 tasks still run/],
  [60, 20, /i-0123456… shop-web +1:30 +2 tasks still run/],
])("of %d by %d still shows the step, the time that is left, the legend and how it ended", (columns, rows, shown) => {
  const responder = "drain-tasks";
  const step = { id: responder, responder, state: "waiting", startedAt: NOW, reason: "2 tasks still run" };
  const open = [incident({ steps: [step] as unknown as Incident["steps"] })];
  const opened = "12:00:00 INFO outcome: 4 instances (2 c6i.xlarge, 2 m5a.large) in us-east-1c: all drained";
  const lines = render(view({ open, alerts: [sent(opened)] }), { columns, rows, colors: false });
  const text = lines.join("\n");
  expect(lines.length).toBeLessThanOrEqual(rows);
  expect(text).toMatch(shown);
  expect(text).toMatch(/▼ drain/);
  expect(text).toMatch(/drained, 90 s to spare/);
  expect(text).toContain("4 instances in us-east-1c");
  expect(text).toMatch(/1 of 1 drained in time {3}0 tasks killed/);
  expect(text).toMatch(/Ctrl-C ends with a summary/);
});

test.each([
  [40, 12],
  [80, 24],
  [100, 30],
  [140, 40],
])("of %d by %d shows what is at stake, though calmer alerts came later", (columns, rows) => {
  const stakes = [
    "checkout keeps 1 of 4 tasks, below its minimum of 4 (us-east-1a keeps 1 of 2)",
    "web keeps 21 of 24",
  ];
  const grave = sent("12:00:00 CRITICAL receipt: 3 of m5.large are reclaimed", stakes);
  const calm = sent("12:00:01 WARNING receipt: 1 of m5.large is reclaimed", ["search keeps 7 of 8 tasks"]);
  const canvas = { columns, rows, colors: false };
  const text = render(view({ alerts: [calm, calm, grave], now: NOW + 60_000 }), canvas).join("\n");
  expect(text).toContain("checkout keeps 1 of 4 tasks");
  // Once its time is over, the newest comes first again.
  const later = render(view({ alerts: [calm, grave], now: NOW + 130_000 }), canvas);
  expect(later[later.indexOf("ALERTS  2") + 1]).toMatch(/12:00:01/);
});

test("of 80 by 24 shows at least six incidents; the calmest groups share a line", () => {
  const fleet = ["a", "b", "c", "d", "e", "busy"].map((name) => ({
    name,
    desired: 4,
    inService: name === "busy" ? 3 : 4,
    cells: name === "busy" ? (["spot", "doomed", "draining", "launching"] as const) : (["spot"] as const),
  }));
  const open = Array.from({ length: 20 }, (_, index) =>
    incident({ subject: { type: "instance", id: `i-${index}` }, deadline: NOW + (30 - index) * 1_000 }),
  );
  const lines = render(view({ fleet, open }), { columns: 80, rows: 24, colors: false });
  expect(lines.filter((line) => /^ {2}i-\d/.test(line)).length).toBeGreaterThanOrEqual(6);
  expect(lines.join("\n")).toMatch(/busy +3\/4 +■!▼\+\n.*\n.*\n {2}3 more +12\/12/);
  expect(lines).toHaveLength(24);
});

test("what is only recommended is watched, and not looked up for ever", () => {
  const done = { id: "u", responder: "look-up", state: "done", startedAt: NOW, reason: null };
  const gone = { id: "g", responder: "verify-gone", state: "waiting", startedAt: null, reason: null };
  const only = { deadline: null, signals: [{ id: "1", kind: "rebalance", at: NOW, receivedAt: NOW, source: "sqs" }] };
  const watched = incident({ ...(only as Partial<Incident>), steps: [done, gone] as unknown as Incident["steps"] });
  expect(stepOf(watched)).toBe("watched: nothing to do yet");
  const begun = [{ ...done, state: "waiting", startedAt: null }, gone] as unknown as Incident["steps"];
  expect(stepOf(incident({ steps: begun }))).toBe("looking it up");
});

test("says how many more there are where they do not fit, those with the least time first", () => {
  const open = Array.from({ length: 30 }, (_, index) =>
    incident({ subject: { type: "instance", id: `i-${index}` }, deadline: NOW + (30 - index) * 1_000 }),
  );
  const lines = render(view({ open }), { columns: 80, rows: 24, colors: false });
  expect(lines.find((line) => /^ {2}i-/.test(line))).toContain("i-29");
  expect(lines.join("\n")).toMatch(/and \d+ more/);
});

test("text from outside moves no cursor", () => {
  const lines = render(
    view({ alerts: [sent("12:00:00 \u001B[2J\u202Eevil", ["\u001B[2J"])], trouble: "\u001B]0;x\u0007" }),
    {
      columns: 80,
      rows: 24,
      colors: false,
    },
  );
  for (const line of lines) expect(printable(line)).toBe(line);
});

test("a line is cut where its last column ends", () => {
  expect(
    paintLine(
      [
        ["abc", "plain"],
        ["defg", "bad"],
      ],
      5,
      false,
    ),
  ).toBe("abcd…");
  expect(
    paintLine(
      [
        ["abc", "plain"],
        ["de", "bad"],
      ],
      5,
      true,
    ),
  ).toBe("abc\u001B[1;31mde\u001B[0m");
});

test("words for time and steps", () => {
  expect([countdown(65_000), countdown(0), countdown(-12_000)]).toEqual(["1:05", "0:00", "+0:12"]);
  expect(stepOf(incident({ drainedAt: NOW }))).toBe("drained; waiting for it to go");
  expect(stepOf(incident({ closedAt: NOW, outcome: "cancelled" }))).toBe("not interrupted after all");
});

test("work is at stake until it is drained, over, or not ours", () => {
  expect(isAtStake(incident(), NOW)).toBe(true);
  const calm: Partial<Incident>[] = [
    { drainedAt: NOW },
    { closedAt: NOW },
    { cancelledAt: NOW },
    { mode: "observe" },
    { deadline: null },
    { deadline: NOW },
  ];
  for (const more of calm) expect(isAtStake(incident(more), NOW)).toBe(false);
});
