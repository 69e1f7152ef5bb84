import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { OPEN } from "../../../src/correlate/open.ts";
import { pass } from "../../../src/notify/pipeline/pipeline.ts";
import type { Passing } from "../../../src/notify/pipeline/stage.ts";
import type { MemberSource } from "../../../src/notify/message/member.ts";
import { createOpenIncidents } from "../../../src/notify/open-incidents.ts";
import { type InhibitRule, TELL_ALL } from "../../../src/notify/pipeline/suppress-settings.ts";
import { DEFAULT_ROUTE } from "../../../src/notify/route.ts";
import { container } from "../../enrich/support/fleet.ts";
import { type Bench, bench, fakeChannel } from "../support/bench.ts";
import { alertDoc, T0, told } from "../support/samples.ts";

const rule: InhibitRule = {
  name: "warnings first",
  source: { kind: ["spot-interruption"] },
  target: { kind: ["rebalance"] },
  equal: ["cluster"],
};
const inCluster = (id: string, cluster: string, more: Parameters<typeof told>[1] = {}): MemberSource =>
  told(id, { ...more, facts: { containerInstances: [container(cluster, id)] } });
const advised = (id: string, cluster = "prod"): MemberSource => inCluster(id, cluster, { kind: "rebalance" });

interface How {
  readonly inhibit?: readonly InhibitRule[];
  readonly delivered?: boolean;
  readonly over?: boolean;
}
function run(members: readonly MemberSource[], open: readonly MemberSource[], how: How = {}): Passing {
  const { inhibit = [rule], delivered = false, over = false } = how;
  return pass(members, ["sns"], {
    alert: alertDoc(),
    route: DEFAULT_ROUTE,
    others: [],
    open,
    silences: [],
    suppress: { ...TELL_ALL, inhibit },
    activeIn: () => 0,
    delivered,
    over,
    now: T0 + 6_000,
  });
}
const kept = ({ members }: Passing): string[] => members.map(({ doc }) => doc.body.subject.id);

describe("an incident is not told of", () => {
  test("while one that matches the source is open, with equal values; the reason names both", () => {
    const passed = run([advised("i-1"), advised("i-2", "other")], [inCluster("i-9", "prod")]);
    expect(kept(passed)).toEqual(["i-2"]);
    expect(passed.withheld).toMatchObject([{ code: "inhibited", text: "i-9 is told instead (warnings first)" }]);
  });

  test("of two sources the reason names the same one, in whatever order they are listed", () => {
    const [a, b] = [inCluster("i-8", "prod"), inCluster("i-9", "prod")];
    const texts = [run([advised("i-1")], [a, b]), run([advised("i-1")], [b, a])].map((one) => one.withheld[0]?.text);
    expect(new Set(texts)).toEqual(new Set(["i-8 is told instead (warnings first)"]));
  });
});

describe("an incident is told of", () => {
  test.each([
    ["no source is open", []],
    ["the source is over", [inCluster("i-9", "prod", { body: { outcome: "drained" } })]],
    ["the source was called off", [inCluster("i-9", "prod", { body: { cancelledAt: T0 } })]],
    ["the source is in another cluster", [inCluster("i-9", "other")]],
    ["the cluster of the source is not known", [told("i-9")]],
  ])("%s", (_, open) => {
    expect(kept(run([advised("i-1")], open))).toEqual(["i-1"]);
  });

  test("its own cluster is not known: a guess suppresses nothing", () => {
    expect(kept(run([told("i-1", { kind: "rebalance" })], [told("i-9")]))).toEqual(["i-1"]);
  });

  test("its end, if its beginning was told", () => {
    const open = [inCluster("i-9", "prod")];
    expect(kept(run([advised("i-1")], open, { delivered: true, over: true }))).toEqual(["i-1"]);
    expect(kept(run([advised("i-1")], open, { delivered: true, over: false }))).toEqual([]);
  });

  test("all match both sides: none is suppressed, not even by itself", () => {
    const both: InhibitRule = { ...rule, source: { region: "*" }, target: { region: "*" } };
    const all = [inCluster("i-1", "prod"), inCluster("i-2", "prod")];
    expect(kept(run(all, all, { inhibit: [both] }))).toEqual(["i-1", "i-2"]);
  });
});

describe("in an alert", () => {
  let on: Bench;
  beforeEach(() => (on = bench()));
  afterEach(() => on.ledger.close());

  test("it is told when the source is over, and its timeline has the reason", async () => {
    const sns = fakeChannel(on.clock);
    const source = inCluster("i-9", "prod");
    await on.ledger.commit([{ ...source.doc, tags: [OPEN] }], []);
    const facts = new Map([source, advised("i-1")].map((one) => [one.doc.key, one.facts]));
    const factsOf = ({ key }: { readonly key: string }) => facts.get(key) ?? advised("i-1").facts!;
    const openIncidents = createOpenIncidents({ ledger: on.ledger, factsOf, clock: on.clock });
    const alerts = on.worker({ sns }, { suppress: { ...TELL_ALL, inhibit: [rule] }, openIncidents, factsOf });
    await on.join("i-1", { kind: "rebalance" });
    await on.run(alerts, 20_000);
    expect(sns.sent).toEqual([]);
    expect(await on.journal("incident#i-1#1")).toEqual(["nobody is told: i-9 is told instead (warnings first)"]);
    await on.change("i-9", { outcome: "drained" });
    await on.run(alerts, 30_000);
    expect(sns.sent.map(({ model }) => model.phase)).toEqual(["receipt"]);
  });
});

test("the config has rules, and refuses one without a side", () => {
  const text = (more: string): string => `suppress: { inhibit: [{ name: r, target: { kind: rebalance }, ${more} }] }`;
  expect(parseConfig(text("source: { kind: spot-interruption }, equal: [cluster]"), "s.yaml").suppress.inhibit).toEqual(
    [{ name: "r", source: { kind: ["spot-interruption"] }, target: { kind: ["rebalance"] }, equal: ["cluster"] }],
  );
  expect(() => parseConfig(text("equal: [cluster]"), "s.yaml")).toThrow("suppress.inhibit[0].source: is missing");
  expect(() => parseConfig(text("source: {}, equal: [clustre]"), "s.yaml")).toThrow("did you mean cluster?");
});
