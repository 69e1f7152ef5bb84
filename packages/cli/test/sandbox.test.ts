import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import type { Incident } from "@spotkeeper/controller";
import { describe, expect, test } from "vitest";
import { pacedClock, type Wall } from "../src/sandbox/clock.ts";
import { countdown, stepOf } from "../src/sandbox/describe.ts";
import { paintLine } from "../src/sandbox/paint.ts";
import { render, type View } from "../src/sandbox/render.ts";
import { renderSummary } from "../src/sandbox/summary.ts";
import { isAtStake } from "../src/sandbox/watch.ts";
import { outcomesOf } from "../src/simulate/outcome.ts";
import { printable } from "../src/table.ts";
import { jsonLines, spotkeeper, start } from "./support.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

const incident = (more: Partial<Incident> = {}): Incident => ({
  subject: { type: "instance", id: "i-0123456789abcdef0" },
  ordinal: 1,
  account: "123456789012",
  region: "us-east-1",
  availabilityZone: "us-east-1a",
  action: "terminate",
  openedAt: NOW - 30_000,
  deadline: NOW + 90_000,
  signals: [{ id: "1", kind: "spot-interruption", at: NOW - 31_000, receivedAt: NOW - 30_000, source: "sqs" }],
  signalCount: 1,
  lifecycle: [],
  hints: {},
  firstEndingAt: null,
  lastWarningAt: null,
  launchedAt: null,
  seen: null,
  labels: { group: "shop-web", instanceType: "m5.large" },
  rule: "default",
  mode: "act",
  plannedFrom: null,
  steps: [],
  owed: [],
  firstActionAt: null,
  drainedAt: null,
  goneAt: null,
  servesAt: null,
  cancelledAt: null,
  alerts: [],
  flagged: [],
  outcome: null,
  closedAt: null,
  archivedVersion: 0,
  ...more,
});

const view = (more: Partial<View> = {}): View => ({
  now: NOW,
  speed: 6,
  slow: true,
  trace: "p3-trace.csv",
  url: "http://127.0.0.1:8787",
  fleet: [
    { name: "shop-web", desired: 4, inService: 3, cells: ["spot", "spot", "on-demand", "draining"] },
    { name: "ci", desired: 1, inService: 1, cells: ["spot"] },
  ],
  open: [incident()],
  ended: [
    incident({ outcome: "drained", drainedAt: NOW, goneAt: NOW + 90_000, servesAt: NOW + 120_000, closedAt: NOW }),
  ],
  alerts: ["12:00:00 CRITICAL receipt: 1 instance is reclaimed"],
  trouble: null,
  summary: {
    incidents: 2,
    open: 1,
    closed: 1,
    outcomes: { drained: 1, open: 1 },
    due: 1,
    drainedInTime: 1,
    tasksLost: 0,
    marginSeconds: { p50: 90, min: 90 },
    duplicateEffects: 0,
    awsCalls: 42,
    throttled: 0,
  },
  ...more,
});

describe("the picture", () => {
  test.each([
    [120, 40],
    [80, 24],
    [40, 12],
  ])("fits %d by %d, with and without colours", (columns, rows) => {
    const many = view({
      open: Array.from({ length: 50 }, () => incident()),
      alerts: Array.from({ length: 50 }, () => "x".repeat(300)),
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
    const shown = render(view({ summary }), { columns: 100, rows: 30, colors: false });
    expect(shown).toContain("LAST OUTCOMES  35 drained, 2 missed-notice, 1 open, 1 unclassified");
    const end = renderSummary(summary);
    expect(end).toMatch(/^incidents +39: 35 drained, 2 missed-notice, 1 open, 1 unclassified$/m);
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
    expect(lines).toMatch(
      /i-0123456789abcdef0 shop-web +m5\.large +us-east-1a +reclaim +1:30 █{6}░░ +2 tasks still run/,
    );
    expect(lines).toContain("drained, 90 s to spare, replaced 30 s after");
    expect(lines).toContain("handled 1   in time 1/1   lost tasks 0   twice 0   AWS calls 42   throttled 0");
    expect(lines).toContain("http://127.0.0.1:8787/api/v1/incidents");
  });

  test.each([
    [80, 24, /i-0123456… shop-web +reclaim +1:30 █{6}░░ +2 tasks still run/],
    [60, 20, /i-0123456… shop-web +1:30 +2 tasks still run/],
  ])("of %d by %d still shows the step, the time that is left, the legend and how it ended", (columns, rows, shown) => {
    const responder = "drain-tasks";
    const step = { id: responder, responder, state: "waiting", startedAt: NOW, reason: "2 tasks still run" };
    const open = [incident({ steps: [step] as unknown as Incident["steps"] })];
    const told = "12:00:00 INFO outcome: 4 instances (2 c6i.xlarge, 2 m5a.large) in us-east-1c: all drained";
    const lines = render(view({ open, alerts: [told] }), { columns, rows, colors: false });
    const text = lines.join("\n");
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(text).toMatch(shown);
    expect(text).toMatch(/▼ drain/);
    expect(text).toMatch(/drained, 90 s to spare/);
    expect(text).toContain("4 instances in us-east-1c");
    expect(text).toMatch(/handled 1 {3}in time 1\/1/);
    expect(text).toMatch(/Ctrl-C ends with a summary/);
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
    const lines = render(view({ alerts: ["12:00:00 \u001B[2J\u202Eevil"], trouble: "\u001B]0;x\u0007" }), {
      columns: 80,
      rows: 24,
      colors: false,
    });
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
});

test("words for time and steps", () => {
  expect([countdown(65_000), countdown(0), countdown(-12_000)]).toEqual(["1:05", "0:00", "+0:12"]);
  expect(stepOf(incident({ drainedAt: NOW }))).toBe("drained; waiting for it to go");
  expect(stepOf(incident({ closedAt: NOW, outcome: "cancelled" }))).toBe("cancelled");
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

describe("the clock", () => {
  /** A wall that moves when it is told to. */
  const standing = (): Wall & { pass(ms: number): void } => {
    let at = 0;
    const waits = new Set<{ at: number; fn: () => void }>();
    return {
      now: () => at,
      after(ms, fn) {
        const wait = { at: at + ms, fn };
        waits.add(wait);
        return () => waits.delete(wait);
      },
      pass(ms) {
        for (const end = at + ms; at < end; at += 1) {
          for (const wait of [...waits]) if (wait.at <= at && waits.delete(wait)) wait.fn();
        }
      },
    };
  };

  test("runs at its speed, and timers keep their instants when it changes", () => {
    const wall = standing();
    const clock = pacedClock(1_000, 10, wall);
    const fired: number[] = [];
    clock.setTimer(2_000, () => fired.push(clock.now()));
    clock.setTimer(1_500, () => fired.push(clock.now()));
    const cancel = clock.setTimer(1_600, () => fired.push(0));
    cancel();
    wall.pass(51);
    expect(fired).toEqual([1_500]);
    clock.setSpeed(1);
    wall.pass(400);
    expect(fired).toHaveLength(1);
    wall.pass(110);
    expect(fired).toEqual([1_500, expect.closeTo(2_000, -1)]);
    expect(Number.isInteger(clock.now())).toBe(true);
    clock.stop();
    const stood = clock.now();
    wall.pass(100);
    expect(clock.now()).toBe(stood);
  });

  test("stands still while the machine is held up", () => {
    let at = 0;
    const clock = pacedClock(0, 60, { now: () => at, after: () => () => {} });
    at = 10_000;
    expect(clock.now()).toBe(25 * 60);
  });

  test("a sleep ends with its signal", async () => {
    const clock = pacedClock(0, 1, standing());
    const gone = new AbortController();
    const slept = clock.sleep(1_000, gone.signal);
    gone.abort(new Error("gone"));
    await expect(slept).rejects.toThrow("gone");
    await expect(clock.sleep(1, gone.signal)).rejects.toThrow("gone");
  });
});

describe("the command", () => {
  test("tells in lines what happens, and at the end what came of it", async () => {
    const child = start(["sandbox", "--port", "0", "--output", "json"]);
    let out = "";
    child.stdout!.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const log = text(child.stderr!);
    const until = async (event: string): Promise<void> => {
      while (!out.includes(`"event":"${event}"`)) await sleep(50);
    };
    await until("drained");
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    const url = /(http:\/\/127\.0\.0\.1:\d+)\/api\/v1\/incidents/.exec(await log)?.[1];
    expect({ code, url }).toEqual({ code: 130, url: expect.any(String) });
    const events = jsonLines(out);
    expect(events[0]).toMatchObject({ event: "opened", incident: expect.stringMatching(/^incident#i-/) });
    expect(events.find(({ event }) => event === "drained")?.["marginSeconds"]).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ event: "summary", tasksLost: 0, duplicateEffects: 0, throttled: 0 });
    expect(events.at(-1)?.["awsCalls"]).toBeGreaterThan(10);
  });

  test("serves the API while it runs, and ends by itself", async () => {
    const child = start(["sandbox", "--port", "0", "--duration", "20"]);
    const outcome = Promise.all([text(child.stdout!), once(child, "close")]);
    let intro = "";
    for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
      intro += chunk.toString();
      if (intro.includes("\n")) break;
    }
    const url = /(http:\/\/127\.0\.0\.1:\d+)\/api/.exec(intro)![1]!;
    // Not at once on a busy machine: at 60 times the speed a call has 50 ms of the wall's time to be answered.
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    let items: readonly { readonly id: string }[] = [];
    for (let tries = 0; items.length === 0 && tries < 190; tries += 1) {
      await sleep(100);
      ({ items } = (await (await fetch(`${url}/api/v1/incidents`)).json()) as { items: typeof items });
    }
    const found = await fetch(`${url}/api/v1/incidents/${encodeURIComponent(items[0]!.id)}`);
    expect(await found.json()).toMatchObject({ id: items[0]!.id, timeline: expect.any(Array) });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("spotkeeper_signals_total");
    const [out, [code]] = await outcome;
    expect(code).toBe(0);
    expect(out).toMatch(/^\d\d:\d\d:\d\d opened {2}i-\w+ reclaim, [\w-]+, [\w.]+ in us-east-1[abc], 1:\d\d left$/m);
    expect(out).toMatch(/^drained before the deadline +\d+ of \d+$/m);
  });

  test("a port that is taken is told, with what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await spotkeeper(["sandbox", "--port", String(port)]);
    other.close();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain("--port");
    expect(stderr).toContain("SK-CALL-PORT");
  });

  test.each([
    ["--speed", "0"],
    ["--speed", "fast"],
    ["--port", "70000"],
    ["--duration", "0"],
    ["--trace", "nowhere.csv"],
  ])("%s %s is refused", async (...args) => {
    expect((await spotkeeper(["sandbox", ...args])).code).toBe(2);
  });
});
