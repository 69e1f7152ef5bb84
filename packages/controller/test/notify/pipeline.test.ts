import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MemberSource } from "../../src/notify/message/member.ts";
import type { StageInput, Passing } from "../../src/notify/pipeline/stage.ts";
import { pass } from "../../src/notify/pipeline/pipeline.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { DAYS } from "../../src/notify/pipeline/time-window.ts";
import { type Suppress, TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Silence } from "../../src/model/silence.ts";
import { clusterArn, container } from "../enrich/support/fleet.ts";
import { alertDoc, impact, many, T0, task, told } from "./support/samples.ts";

const NOW = T0 + 6_000;
const silenceOf = (more: Partial<Silence> = {}): Silence & { id: string } => ({
  id: "s1",
  match: { group: "web" },
  startsAt: T0 - 60_000,
  endsAt: T0 + 600_000,
  author: "ana",
  comment: "load test",
  createdAt: T0 - 60_000,
  ...more,
});
const look = (more: Partial<StageInput> = {}): StageInput => ({
  alert: alertDoc(),
  others: [],
  open: [],
  route: DEFAULT_ROUTE,
  silences: [],
  suppress: TELL_ALL,
  activeIn: () => 0,
  delivered: false,
  over: false,
  now: NOW,
  ...more,
});
const minuteOf = (at: number): string => new Date(at).toISOString().slice(11, 16);
const iso = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
/** Begins with the first minute of `NOW`, and lasts nearly a day. */
const DAILY = { from: minuteOf(NOW), to: minuteOf(NOW - 60_000), timeZone: "UTC", days: DAYS };
const reasons = ({ withheld }: Passing): string[] => withheld.map(({ code }) => code);
const kept = ({ members }: Passing): string[] => members.map(({ doc }) => doc.body.subject.id);
const run = (members: readonly MemberSource[], more: Partial<StageInput> = {}): Passing =>
  pass(members, ["sns", "web"], look(more));

/** An instance that carries tasks of a service, of which so many survive what is going. */
const carrying = (id: string, survives: number, more: Parameters<typeof told>[1] = {}): MemberSource =>
  told(id, {
    ...more,
    facts: {
      containerInstances: [container("prod", id)],
      tasks: [task("service")],
      impact: [impact({ survives, doomed: 4 - survives, belowMinimum: false })],
      ...more.facts,
    },
  });

test("without anything to withhold all goes through", () => {
  const members = many(3);
  expect(run(members)).toEqual({ members, channels: ["sns", "web"], withheld: [], again: null });
});

test("nothing goes through while its group is waited for", () => {
  expect(run(many(1), { now: T0 + 4_999 })).toMatchObject({ members: [], withheld: [], again: T0 + 5_000 });
});

describe("active times", () => {
  const route = (from: number, to: number): Partial<StageInput> => ({
    route: {
      name: "office",
      activeTimes: [{ from: minuteOf(T0 + from), to: minuteOf(T0 + to), timeZone: "UTC", days: DAYS }],
    },
  });

  test("an alert of a route goes through in them; outside, the reason says when they begin", () => {
    expect(kept(run(many(1), route(-3_600_000, 3_600_000)))).toHaveLength(1);
    const passed = run(many(1), route(3_600_000, 7_200_000));
    expect(passed).toMatchObject({
      members: [],
      withheld: [{ code: "inactive-route", text: `route office is not active until ${iso(T0 + 3_600_000)}` }],
    });
    expect(kept(run(many(1), { ...route(3_600_000, 7_200_000), now: T0 + 3_600_000 }))).toHaveLength(1);
  });

  test("the end of what was told in them is told, too", () => {
    const after = { ...route(-3_600_000, 60_000), now: T0 + 120_000, delivered: true };
    expect(kept(run(many(1), { ...after, over: true }))).toHaveLength(1);
    expect(kept(run(many(1), { ...after, over: false }))).toEqual([]);
  });
});

describe("silence", () => {
  const members = [told("i-1"), told("i-2", { facts: { groupName: "other" } })];
  test("holds back those that match, and says who asked for it", () => {
    const passed = run(members, { silences: [silenceOf()] });
    expect(kept(passed)).toEqual(["i-2"]);
    expect(passed.withheld).toMatchObject([
      {
        code: "silenced",
        text: `silenced by ana (s1) until ${iso(T0 + 600_000)}: load test`,
        channel: null,
        members: [{ doc: { key: "incident#i-1#1" } }],
      },
    ]);
  });

  test.each([
    ["has not begun", { startsAt: NOW + 1 }],
    ["is over", { endsAt: NOW }],
    ["is about others", { match: { group: "others" } }],
    ["is about what is not known", { match: { tag: { team: "x" } } }],
  ])("not one that %s", (_, more) => {
    expect(kept(run(members, { silences: [silenceOf(more)] }))).toEqual(["i-1", "i-2"]);
  });

  test("what is not known is not silenced by what it may not be", () => {
    const unknown = [told("i-1", { facts: { complete: false, groupName: null } }), told("i-2", { facts: null })];
    for (const match of [{ group: "!other" }, { tag: { team: "!x" } }, { owner: "ours" }])
      expect(kept(run(unknown, { silences: [silenceOf({ match })] }))).toEqual(["i-1", "i-2"]);
    expect(kept(run(unknown, { silences: [silenceOf({ match: { region: "!us-east-1" } })] }))).toEqual([]);
  });

  test("what an incident was known to be counts when it is gone from its cluster", () => {
    const gone = told("i-1", { body: { labels: { cluster: "prod", services: ["checkout"] } } });
    for (const match of [{ cluster: "prod" }, { service: "checkout" }])
      expect(kept(run([gone], { silences: [silenceOf({ match })] }))).toEqual([]);
  });

  test("one that came after people knew of it does not hide how it ended", () => {
    const over = { delivered: true, over: true, now: T0 + 100_000 };
    const late = silenceOf({ startsAt: T0 + 50_000 });
    expect(kept(run(members, { ...over, silences: [late] }))).toEqual(["i-1", "i-2"]);
    expect(kept(run(members, { ...over, over: false, silences: [late] }))).toEqual(["i-2"]);
    // Of i-1 nobody has heard, since it was silenced when it came.
    expect(kept(run(members, { ...over, silences: [silenceOf()] }))).toEqual(["i-2"]);
  });
});

describe("inhibit", () => {
  const storm = (more: Partial<Alert> = {}): Doc<"alert"> => {
    const { body, ...doc } = alertDoc({
      sns: { state: "sent", hash: "open:a", receipt: true, attempts: 1, retryAt: null, since: NOW, reason: null },
    });
    return { ...doc, key: "alert#wide", wakeAt: NOW, body: { ...body, size: 40, ...more } };
  };
  const part = (generation = 1): MemberSource =>
    told("i-1", { body: { alerts: [{ key: "alert#wide", generation, at: T0 }] } });

  test("whoever is told of the storm is not told of a part of it; others are", () => {
    const passed = run([part()], { others: [storm()] });
    expect(passed).toMatchObject({ channels: ["web"], withheld: [{ code: "inhibited", channel: "sns" }] });
  });

  test.each([
    ["is none", storm({ size: 9 })],
    ["does not have it", { ...storm(), key: "alert#elsewhere" }],
    ["was another one, earlier", storm({ generation: 2 })],
    ["is over", { ...storm(), wakeAt: null }],
    ["was told nobody on that channel", storm({ sends: {} })],
    [
      "could not be told there",
      storm({
        sends: {
          sns: { state: "gave-up", hash: "", receipt: null, attempts: 1, retryAt: null, since: 0, reason: null },
        },
      }),
    ],
  ])("not where the storm %s", (_, other) => {
    expect(run([part()], { others: [other] })).toMatchObject({ channels: ["sns", "web"], withheld: [] });
  });

  test("it waits for the storm's own first look, but not for long", () => {
    const young = storm({ size: 0, sends: {} });
    expect(run([part()], { others: [young] })).toMatchObject({ members: [], withheld: [], again: NOW + 250 });
    expect(kept(run([part()], { others: [young], now: T0 + 7_000 }))).toEqual(["i-1"]);
  });

  test("a storm is not inhibited, and what was told there is brought to its end", () => {
    const all = many(10).map(({ doc, facts }) => ({
      doc: { ...doc, body: { ...doc.body, alerts: part().doc.body.alerts } },
      facts,
    }));
    expect(run(all, { others: [storm()] }).channels).toEqual(["sns", "web"]);
    const alert = alertDoc({ ...storm().body.sends });
    expect(run([part()], { others: [storm()], alert, delivered: true }).channels).toEqual(["web"]);
    expect(run([part()], { others: [storm()], alert, delivered: true, over: true }).channels).toEqual(["sns", "web"]);
  });
});

describe("suppress", () => {
  const set = (more: Partial<Suppress>): Partial<StageInput> => ({ suppress: { ...TELL_ALL, ...more } });
  const window = { name: "nights", match: { group: "web" }, ...DAILY, to: minuteOf(T0 + 60_000) };

  test("maintenance, for those that match and while it lasts", () => {
    const members = [told("i-1"), told("i-2", { facts: { groupName: "other" } })];
    const passed = run(members, set({ maintenance: [window] }));
    expect([kept(passed), passed.withheld[0]?.text]).toEqual([
      ["i-2"],
      `during maintenance (nights) until ${iso(T0 + 60_000)}`,
    ]);
    expect(kept(run(members, { ...set({ maintenance: [window] }), now: T0 + 60_000 }))).toEqual(["i-1", "i-2"]);
  });

  test.each([
    ["no critical service", { criticalServices: ["pay"] }, [carrying("i-1", 3)], "not-critical"],
    ["a critical one", { criticalServices: ["pay", "check*"] }, [carrying("i-1", 3)], null],
    ["an empty list: all are", { criticalServices: [] }, [carrying("i-1", 3)], null],
    ["half must stay, and does", { sufficientCapacity: 0.5 }, [carrying("i-1", 2)], "capacity-left"],
    ["half must stay, and does not", { sufficientCapacity: 0.5 }, [carrying("i-1", 1)], null],
    [
      "a third of three is one",
      { sufficientCapacity: 1 / 3 },
      [carrying("i-1", 1, { facts: { impact: [impact({ desired: 3, survives: 1 })] } })],
      "capacity-left",
    ],
    [
      "a task that no service starts again",
      { sufficientCapacity: 0.5 },
      [carrying("i-1", 3, { facts: { tasks: [task("service"), task("standalone")] } })],
      null,
    ],
    ["enough without any service says nothing", { sufficientCapacity: 0.5 }, [told("i-1")], null],
    ["only daemons", { daemonsOnly: true }, [told("i-1", { facts: { tasks: [task("daemon")] } })], "daemons-only"],
    [
      "daemons and more",
      { daemonsOnly: true },
      [carrying("i-1", 3, { facts: { tasks: [task("daemon"), task("service")] } })],
      null,
    ],
    ["nothing", { nothingAffected: true }, [told("i-1")], "nothing-affected"],
    ["daemons are something", { nothingAffected: true }, [told("i-1", { facts: { tasks: [task("daemon")] } })], null],
    [
      "a target is something",
      { nothingAffected: true },
      [told("i-1", { facts: { classicLoadBalancers: ["old"] } })],
      null,
    ],
    [
      "what ran there before it drained",
      { nothingAffected: true },
      [told("i-1", { body: { labels: { services: ["checkout"] } } })],
      null,
    ],
  ] as const)("%s", (_, config, members, code) => {
    expect(reasons(run(members, set(config)))).toEqual(code === null ? [] : [code]);
  });

  test("container instances that stay, counted over all that is going", () => {
    const members = [carrying("i-1", 3)];
    const asked: string[] = [];
    const activeIn = (count: number) => (cluster: string) => {
      asked.push(cluster);
      return count;
    };
    expect(reasons(run(members, { ...set({ sufficientCapacity: 3 }), activeIn: activeIn(3) }))).toEqual([
      "capacity-left",
    ]);
    expect(reasons(run(members, { ...set({ sufficientCapacity: 3 }), activeIn: activeIn(2) }))).toEqual([]);
    expect(asked).toEqual([clusterArn("prod"), clusterArn("prod")]);
  });

  test("two instances that die together are told, though each alone would not be", () => {
    const half = set({ sufficientCapacity: 0.5 });
    expect(kept(run([carrying("i-1", 3)], half))).toEqual([]);
    // The later one sees both going.
    expect(kept(run([carrying("i-1", 3), carrying("i-2", 1)], half))).toEqual(["i-1", "i-2"]);
  });

  test.each([
    ["nothing was asked", { facts: null }],
    ["it is not complete", { facts: { complete: false } }],
    ["its tasks could not be asked for", { facts: { missing: [{ what: "tasks", why: "access denied" }] } }],
    ["its services could not be asked for", { facts: { missing: [{ what: "services", why: "throttled" }] } }],
  ] as const)("what is not known is told: %s", (_, member) => {
    const all = set({ nothingAffected: true, daemonsOnly: true, criticalServices: ["pay"], sufficientCapacity: 0 });
    expect(reasons(run([told("i-1", member)], all))).toEqual([]);
    expect(reasons(run([told("i-1"), told("i-2", member)], all))).toEqual([]);
  });

  test("what people know of is told to its end", () => {
    expect(kept(run([told("i-1")], { ...set({ nothingAffected: true }), delivered: true }))).toEqual(["i-1"]);
  });
});

test("what was withheld until it was over stays so", () => {
  const held = { code: "silenced", text: "silenced by ana (s1): load test", channel: null, at: T0 } as const;
  const { body, ...doc } = alertDoc();
  const alert = { ...doc, body: { ...body, quiet: "yes" as const, withheld: [held] } };
  const ended = run([told("i-1")], { alert, over: true });
  expect([kept(ended), reasons(ended)]).toEqual([[], ["silenced"]]);
  expect(kept(run([told("i-1")], { alert, over: false }))).toEqual(["i-1"]);
});

test("property: each member goes on or is withheld from all, once and with a reason; nobody is invented", () => {
  const member = fc
    .record({ id: fc.nat(30), group: fc.constantFrom("web", "other"), survives: fc.nat(4), complete: fc.boolean() })
    .map(({ id, group, survives, complete }) =>
      carrying(`i-${id}`, survives, { facts: { groupName: group, complete } }),
    );
  const config = fc.record({
    criticalServices: fc.constantFrom([], ["pay"], ["checkout"]),
    sufficientCapacity: fc.constantFrom(null, 0, 0.5, 1, 3),
    daemonsOnly: fc.boolean(),
    nothingAffected: fc.boolean(),
    inhibit: fc.constant([]),
    maintenance: fc.constantFrom([], [{ name: "n", match: { group: "web" }, ...DAILY }]),
  });
  const members = fc.uniqueArray(member, { selector: ({ doc }) => doc.key, maxLength: 12 });
  fc.assert(
    fc.property(members, config, fc.boolean(), fc.boolean(), fc.boolean(), (all, suppress, quiet, delivered, over) => {
      const silences = quiet ? [silenceOf({ match: { group: "other" } })] : [];
      const { members: on, withheld } = run(all, { suppress, silences, delivered, over });
      const held = withheld.flatMap((one) => one.members.map(({ doc }) => doc.key));
      expect([...on.map(({ doc }) => doc.key), ...held].toSorted()).toEqual(all.map(({ doc }) => doc.key).toSorted());
      for (const { text } of withheld) expect(text).not.toBe("");
    }),
  );
});
