import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pass } from "../../src/notify/pipeline/pipeline.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import { journalSuppressions } from "../../src/notify/pipeline/journal-suppressions.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { container } from "../enrich/support/fleet.ts";
import { type Bench, bench, type FakeChannel, fakeChannel } from "./support/bench.ts";
import { alertDoc, impact, many, signal, T0, task } from "./support/samples.ts";

const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;
const phases = (channel: FakeChannel): string[] => channel.sent.map(({ at, model }) => `${at / 1_000} ${model.phase}`);
/** The end of the silences here. */
const UNTIL = ` until ${new Date(T0 * 2).toISOString().replace(".000Z", "Z")}`;
const suppress = { ...TELL_ALL, sufficientCapacity: 0.5 };
const keeps = (survives: number): Parameters<Bench["join"]>[1] => ({
  facts: {
    containerInstances: [container("prod", "i-1")],
    tasks: [task("service")],
    impact: [impact({ survives, doomed: 4 - survives })],
  },
});

let on: Bench;
let sns: FakeChannel;
beforeEach(() => {
  on = bench();
  sns = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

describe("an alert that is withheld", () => {
  test("is told when its reason falls away, as when a storm grows; each change is put down once", async () => {
    const alerts = on.worker({ sns }, { suppress });
    await on.join("i-1", keeps(3));
    await on.run(alerts, 20_000);
    expect(sns.sent).toEqual([]);
    await on.join("i-2", keeps(1));
    await on.run(alerts, 20_000);
    expect(phases(sns)).toEqual(["25 receipt"]);
    expect(sns.sent[0]?.model.members).toHaveLength(2);
    expect(await on.journal()).toEqual([
      "1 incident not told of: enough capacity is left",
      "no longer: enough capacity is left",
      "sns: receipt of 2 incidents sent: checkout 1/4: 2 of m5.large in eu-west-1b are reclaimed, 95 s left",
    ]);
    expect(await on.journal("incident#i-1#1")).toEqual(["nobody is told: enough capacity is left"]);
    expect(await on.journal("incident#i-2#1")).toEqual([]);
    expect(on.observed).toEqual(["suppressed capacity-left", "sns sent"]);
  });

  test("to its end has no outcome, settles after one more look, and opens anew for the next", async () => {
    const alerts = on.worker({ sns }, { suppress });
    await on.join("i-1", keeps(3));
    await on.run(alerts, 20_000);
    await on.join("i-2", keeps(3));
    await on.run(alerts, 20_000);
    expect(await on.journal("incident#i-2#1")).toEqual(["nobody is told: enough capacity is left"]);
    for (const id of ["i-1", "i-2"]) await on.change(id, drained);
    await on.run(alerts, 60_000);
    expect(sns.sent).toEqual([]);
    expect(await on.alert()).toMatchObject({ wakeAt: null, body: { quiet: "closing" } });
    expect((await on.journal()).at(-1)).toBe("over, and nobody was told");
    expect(on.observed).toEqual(["suppressed capacity-left"]);
    await on.join("i-3", keeps(1));
    await on.run(alerts, 10_000);
    expect(sns.sent.map(({ model }) => [model.generation, model.phase, model.members.length])).toEqual([
      [2, "receipt", 1],
    ]);
  });

  test("is not settled over the head of one that joins", async () => {
    const alerts = on.worker({ sns }, { suppress });
    await on.join("i-1", keeps(3));
    await on.change("i-1", drained);
    on.clock.jump(5_000);
    await on.settle(alerts.advance(on.key));
    expect(await on.alert()).toMatchObject({ wakeAt: T0 + 7_000, body: { quiet: "closing" } });
    let joined = false;
    const late: Ledger = {
      ...on.ledger,
      async commit(writes, journal, unchanged) {
        if (!joined && writes[0]?.wakeAt === null) {
          joined = true;
          await on.join("i-2", keeps(1));
        }
        return on.ledger.commit(writes, journal, unchanged);
      },
    };
    on.clock.jump(2_000);
    await on.settle(on.worker({ sns }, { suppress, ledger: late }).advance(on.key));
    await on.run(alerts, 10_000);
    expect(joined).toBe(true);
    expect(sns.sent.map(({ model }) => [model.generation, model.phase])).toEqual([[1, "receipt"]]);
  });

  test("in part is told of the rest, and stays open for what may yet be told", async () => {
    let quiet = true;
    const silences = {
      read: () =>
        Promise.resolve(
          quiet
            ? [
                {
                  id: "s1",
                  match: { instanceName: "db" },
                  startsAt: 0,
                  endsAt: T0 * 2,
                  author: "ana",
                  comment: "move",
                  createdAt: 0,
                },
              ]
            : [],
        ),
    };
    const alerts = on.worker({ sns }, { silences });
    await on.join("i-1");
    await on.join("i-2", { name: "db" });
    await on.run(alerts, 20_000);
    await on.change("i-1", drained);
    await on.run(alerts, 60_000);
    expect(sns.sent.map(({ model }) => [model.phase, model.members.map((one) => one.subject)])).toEqual([
      ["receipt", ["i-1"]],
      ["outcome", ["i-1"]],
    ]);
    expect(await on.journal("incident#i-2#1")).toEqual([`nobody is told: silenced by ana (s1)${UNTIL}: move`]);
    quiet = false;
    await on.run(alerts, 60_000);
    expect(sns.sent.at(-1)?.model).toMatchObject({ phase: "update", members: { length: 2 } });
    await on.change("i-2", drained);
    await on.run(alerts, 120_000);
    expect(sns.sent.at(-1)?.model).toMatchObject({ phase: "outcome", members: { length: 2 } });
    expect((await on.alert()).wakeAt).toBeNull();
  });
});

test("a recommendation that waits in its group is not told on its own once the warning is there", async () => {
  const alerts = on.worker({ sns });
  await on.join("i-1", { kind: "rebalance", body: { deadline: null } });
  on.clock.jump(3_000);
  await on.change("i-1", { signals: [signal("rebalance"), signal("spot-interruption")], deadline: T0 + 123_000 });
  await on.run(alerts, 25_000);
  expect(sns.sent.map(({ model }) => model.headline)).toEqual([
    "i-1 (web, m5.large) in eu-west-1b is reclaimed, 118 s left",
  ]);
});

test("one that comes to match when more is learnt of it has its line, once", () => {
  const [early, late] = many(2);
  const reason = { code: "silenced", text: `silenced by ana (s1)${UNTIL}: move`, channel: null } as const;
  const of = (settledAt: number | null): typeof early => {
    const step = { id: "look-closer", responder: "look-up", settledAt } as Incident["steps"][number];
    return { ...late!, doc: { ...late!.doc, body: { ...late!.doc.body, steps: [step] } } };
  };
  const doc = alertDoc();
  const first = journalSuppressions(doc, [{ ...reason, members: [early!] }], T0 + 6_000);
  expect(first.ofMembers.map(({ key }) => key)).toEqual([early!.doc.key]);
  const noted = { ...doc, body: { ...doc.body, withheld: first.held } };
  const then = journalSuppressions(noted, [{ ...reason, members: [early!, of(T0 + 9_000)!] }], T0 + 12_000);
  expect(then.ofMembers.map(({ key }) => key)).toEqual([late!.doc.key]);
  const after = { ...doc, body: { ...doc.body, withheld: then.held } };
  const again = journalSuppressions(after, [{ ...reason, members: [early!, of(T0 + 9_000)!] }], T0 + 18_000);
  expect(again.ofMembers).toEqual([]);
});

test("a thousand incidents have their line once, and the document stays small", () => {
  const members = many(1_000);
  const look = {
    alert: alertDoc(),
    others: [],
    route: DEFAULT_ROUTE,
    open: [],
    silences: [],
    activeIn: () => 0,
    delivered: false,
    over: false,
    now: T0 + 6_000,
  };
  const { withheld } = pass(members, ["sns"], { ...look, suppress: { ...TELL_ALL, nothingAffected: true } });
  const { doc } = { doc: alertDoc() };
  const first = journalSuppressions(doc, withheld, T0 + 6_000);
  expect([first.ofMembers.length, first.entries.length, first.fresh]).toEqual([1_000, 1, ["nothing-affected"]]);
  expect(JSON.stringify(first.held).length).toBeLessThan(200);
  const again = journalSuppressions({ ...doc, body: { ...doc.body, withheld: first.held } }, withheld, T0 + 12_000);
  expect(again).toEqual({ held: first.held, entries: [], ofMembers: [], fresh: [] });
});
