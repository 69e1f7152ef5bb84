import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { type Bench, bench, type FakeChannel, fakeChannel, quiet, type Sent } from "./support/bench.ts";
import { impact, signal, T0, told } from "./support/samples.ts";

const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;
const phases = (channel: FakeChannel): string[] => channel.sent.map(({ at, model }) => `${at / 1_000} ${model.phase}`);

let on: Bench;
let sns: FakeChannel;
beforeEach(() => {
  on = bench();
  sns = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

describe("one alert, from its first member to the end", () => {
  test("receipt, update, outcome; then it settles, and what it did is in the journal", async () => {
    const alerts = on.worker({ sns });
    await on.join("i-1");
    await on.join("i-2");
    await on.run(alerts, 20_000);
    expect(phases(sns)).toEqual(["5 receipt"]);
    expect(sns.sent[0]?.model.members).toHaveLength(2);
    await on.join("i-3");
    await on.run(alerts, 30_000);
    expect(phases(sns)).toEqual(["5 receipt", "35 update"]);
    expect(sns.sent[1]).toMatchObject({ previous: { n: 1 }, model: { members: { length: 3 } } });
    for (const id of ["i-1", "i-2", "i-3"]) await on.change(id, drained);
    await on.run(alerts, 120_000);
    expect(sns.sent.map(({ model }) => model.phase)).toEqual(["receipt", "update", "outcome"]);
    expect(await on.alert()).toMatchObject({ wakeAt: null });
    expect(await on.journal()).toEqual([
      "sns: receipt of 2 incidents sent: 2 of m5.large in eu-west-1b are reclaimed, 115 s left",
      "sns: update of 3 incidents sent: 3 of m5.large in eu-west-1b are reclaimed, 85 s left",
      "sns: outcome of 3 incidents sent: 3 of m5.large in eu-west-1b: all drained, at least 60 s to spare",
      "everything is told",
    ]);
    expect(on.observed).toEqual(["sns sent", "sns sent", "sns sent"]);
  });

  test("a later incident opens the next generation, which tells of it alone", async () => {
    const alerts = on.worker({ sns });
    await on.join("i-1");
    await on.change("i-1", drained);
    await on.run(alerts, 60_000);
    await on.join("i-2");
    await on.run(alerts, 10_000);
    expect(sns.sent.map(({ model }) => [model.generation, model.phase])).toEqual([
      [1, "outcome"],
      [2, "receipt"],
    ]);
    expect(sns.sent[1]?.model.members.map((one) => one.subject)).toEqual(["i-2"]);
    expect(sns.sent[1]?.previous).toBeNull();
  });

  test("a storm of 1,000 is one message", async () => {
    const alerts = on.worker({ sns });
    for (let n = 0; n < 1_000; n++) await on.join(`i-${n}`);
    await on.run(alerts, 10_000);
    expect(sns.sent).toHaveLength(1);
    expect(sns.sent[0]?.model).toMatchObject({ storm: true, members: { length: 1_000 } });
    const doc = await on.alert();
    expect(JSON.stringify(doc).length).toBeLessThan(1_000);
  });

  test("with no channel at all, the journal says that nobody was told", async () => {
    const alerts = on.worker({});
    await on.join("i-1");
    await on.change("i-1", drained);
    await on.run(alerts, 30_000);
    expect(await on.alert()).toMatchObject({ wakeAt: null });
    expect(await on.journal()).toEqual(["nobody was told: no channel is configured"]);
    expect(on.observed).toEqual(["suppressed no-channel"]);
  });
});

describe("failures", () => {
  test("a channel that fails is retried alone, then told what is new", async () => {
    const web = fakeChannel(on.clock);
    sns.answers.push(
      { is: "retry", reason: "answered 500", after: null },
      { is: "retry", reason: "busy", after: 9_000 },
    );
    const alerts = on.worker({ sns, web });
    await on.join("i-1");
    await on.run(alerts, 20_000);
    expect(phases(sns)).toEqual(["5 receipt", "6 receipt", "15 receipt"]);
    expect(phases(web)).toEqual(["5 receipt"]);
    expect(on.observed).toEqual(["sns failed", "web sent", "sns failed", "sns sent"]);
    expect(await on.journal()).toContain("sns: receipt of 1 incident not sent yet: answered 500");
  });

  test("a channel that hangs is left after ten seconds, and delays no other", async () => {
    const web = fakeChannel(on.clock);
    sns.answers.push("hangs");
    const alerts = on.worker({ sns, web });
    await on.join("i-1");
    on.clock.jump(5_000);
    const run = alerts.advance(on.key);
    await quiet();
    expect((await on.alert()).body.sends).toMatchObject({ web: { state: "sent" }, sns: { state: "intended" } });
    await on.settle(run);
    expect(on.clock.now() - T0).toBe(15_000);
    expect((await on.alert()).body.sends).toMatchObject({ sns: { state: "due", reason: "no answer within 10 s" } });
  });

  test("an error that nobody expected tells no secret", async () => {
    sns.answers.push("throws");
    const alerts = on.worker({ sns });
    await on.join("i-1");
    on.clock.jump(5_000);
    await on.settle(alerts.advance(on.key));
    expect((await on.alert()).body.sends).toMatchObject({ sns: { reason: "unexpected failure (TypeError)" } });
    expect((await on.journal()).join()).not.toContain("secret-path");
  });

  test("a channel that refuses is given up at once, and tried once more for the outcome", async () => {
    sns.answers.push(
      { is: "refused", reason: "answered 401", because: "request" },
      { is: "refused", reason: "answered 401", because: "request" },
    );
    const alerts = on.worker({ sns });
    await on.join("i-1");
    await on.run(alerts, 60_000);
    await on.change("i-1", drained);
    await on.run(alerts, 60_000);
    expect(sns.sent.map(({ model }) => model.phase)).toEqual(["receipt", "outcome"]);
    const untold = `${on.key}: nobody could be told of 1 incident: sns (answered 401)`;
    expect(on.observed).toEqual([untold, "sns gave-up", untold, "sns gave-up"]);
    expect(await on.alert()).toMatchObject({ wakeAt: null });
  });

  test("news that overtook a failed send leaves its reason", async () => {
    sns.answers.push({ is: "retry", reason: "busy", after: 20_000 });
    const alerts = on.worker({ sns });
    await on.join("i-1");
    await on.run(alerts, 10_000);
    await on.join("i-2");
    await on.run(alerts, 20_000);
    expect(sns.sent.map(({ model }) => model.members.length)).toEqual([1, 2]);
    expect(on.observed).toContain("suppressed superseded");
    expect(await on.journal()).toContain("sns: news overtook what could not be sent");
  });
});

describe("deaths and races", () => {
  test("a process that dies while it sends is followed by one that sends again", async () => {
    const alerts = on.worker({ sns });
    await on.join("i-1");
    sns.answers.push("hangs");
    on.clock.jump(5_000);
    void alerts.advance(on.key);
    await quiet();
    expect(sns.sent).toHaveLength(1);
    const next = fakeChannel(on.clock);
    const other = on.worker({ sns: next });
    await other.advance(on.key);
    expect(next.sent).toEqual([]);
    on.clock.jump(15_000);
    await on.settle(other.advance(on.key));
    expect(phases(next)).toEqual(["20 receipt"]);
  });

  test("a ledger that is away when a channel has answered: it is written once it is back, and nobody is told twice", async () => {
    const back = T0 + 30_000;
    const away: Ledger = {
      ...on.ledger,
      commit: (writes, ...rest) =>
        sns.sent.length > 0 && on.clock.now() < back
          ? Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "the disk is full"))
          : on.ledger.commit(writes, ...rest),
    };
    const alerts = on.worker({ sns }, { ledger: away });
    await on.join("i-1");
    on.clock.jump(5_000);
    await on.settle(alerts.advance(on.key));
    expect((await on.alert()).body.sends).toMatchObject({ sns: { state: "sent", attempts: 1 } });
    await on.run(alerts, 60_000);
    expect(phases(sns)).toEqual(["5 receipt"]);
  });

  test("two workers at once send once", async () => {
    await on.join("i-1");
    on.clock.jump(5_000);
    const workers = [on.worker({ sns }), on.worker({ sns }), on.worker({ sns })];
    await on.settle(Promise.all(workers.map((alerts) => alerts.advance(on.key))));
    expect(phases(sns)).toEqual(["5 receipt"]);
  });

  test("an incident that joins while the alert settles is told of", async () => {
    await on.join("i-1");
    await on.change("i-1", drained);
    const alerts = on.worker({ sns });
    on.clock.jump(5_000);
    await on.settle(alerts.advance(on.key));
    expect(phases(sns)).toEqual(["5 outcome"]);
    // Its members are listed, then somebody joins, then it would settle.
    let joined = false;
    const late: Ledger = {
      ...on.ledger,
      async commit(writes, journal, unchanged) {
        if (!joined && writes[0]?.wakeAt === null) {
          joined = true;
          await on.join("i-2");
        }
        return on.ledger.commit(writes, journal, unchanged);
      },
    };
    on.clock.jump(2_000);
    await on.settle(on.worker({ sns }, { ledger: late }).advance(on.key));
    expect(joined).toBe(true);
    expect((await on.alert()).wakeAt).not.toBeNull();
    await on.run(alerts, 60_000);
    expect(sns.sent.at(-1)?.model).toMatchObject({ phase: "update", generation: 1, members: { length: 2 } });
  });

  test("an incident that joined just before the outcome was stored is seen by the last look", async () => {
    await on.join("i-1");
    await on.change("i-1", drained);
    let joined = false;
    const late: Ledger = {
      ...on.ledger,
      async commit(writes, journal, unchanged) {
        const [first] = writes;
        if (!joined && first?.kind === "alert" && first.body.sends["sns"]?.state === "sent") {
          joined = true;
          await on.join("i-2");
        }
        return on.ledger.commit(writes, journal, unchanged);
      },
    };
    on.clock.jump(5_000);
    await on.settle(on.worker({ sns }, { ledger: late }).advance(on.key));
    await on.run(on.worker({ sns }), 60_000);
    expect(joined).toBe(true);
    expect(sns.sent.at(-1)?.model).toMatchObject({ phase: "update", members: { length: 2 } });
  });
});

describe("without a ledger", () => {
  const factsOf = ({ body }: Doc<"incident">): Facts => {
    const { facts } = told(body.subject.id);
    if (facts === null) throw new Error("these facts are known");
    return facts;
  };

  test("what comes together is one alert, told at once, with what is amiss", async () => {
    sns.answers.push({ is: "retry", reason: "busy", after: null });
    const alerts = on.worker({ sns }, { factsOf });
    const all = ["i-1", "i-2"].map((id) => {
      const { doc, facts } = told(id);
      if (facts === null) throw new Error("these facts are known");
      return alerts.tellDirectly(doc, facts, "database or disk is full");
    });
    await on.settle(Promise.all(all));
    expect(phases(sns)).toEqual(["5 receipt", "6 receipt"]);
    expect(sns.sent[0]?.model.members).toHaveLength(2);
    expect(sns.sent[0]?.model.ask[0]).toBe("bring the ledger back: database or disk is full");
    expect(on.observed).toEqual(["sns failed", "sns sent"]);
  });

  test("gives up after three attempts, and tells nobody of what nobody is told", async () => {
    const { doc, facts } = told("i-1");
    const plain = told("i-2", { kind: "launch-result" });
    if (facts === null || plain.facts === null) throw new Error("these facts are known");
    sns.answers.push("throws", "throws", "throws", "throws");
    const alerts = on.worker({ sns }, { factsOf });
    await on.settle(
      Promise.all([alerts.tellDirectly(doc, facts, "away"), alerts.tellDirectly(plain.doc, plain.facts, "away")]),
    );
    expect(sns.sent).toHaveLength(3);
    expect(sns.sent[0]?.model.members).toHaveLength(1);
    expect(on.observed).toEqual(["sns failed", "sns failed", "sns gave-up"]);
  });
});

describe("what is worse than the last message said", () => {
  const last = (channel: FakeChannel): Sent | undefined => channel.sent.at(-1);
  /** A channel that gets only what is news. */
  let chat: FakeChannel;
  beforeEach(() => {
    chat = fakeChannel(on.clock, "material");
  });

  test("a recommendation that becomes a reclaim is news, and raises the alert", async () => {
    const alerts = on.worker({ chat });
    await on.join("i-1", { body: { signals: [signal("rebalance")], deadline: null } });
    await on.run(alerts, 40_000);
    expect(chat.sent.map(({ model }) => [model.phase, model.raised])).toEqual([["receipt", false]]);
    await on.change("i-1", { signals: [signal("rebalance"), signal("spot-interruption")], deadline: T0 + 200_000 });
    await on.run(alerts, 40_000);
    expect(last(chat)?.model).toMatchObject({ phase: "update", raised: true });
  });

  test("more members raise it; the same again does not", async () => {
    const alerts = on.worker({ sns });
    await on.join("i-1");
    await on.run(alerts, 40_000);
    await on.join("i-2");
    await on.run(alerts, 40_000);
    await on.change("i-2", { firstActionAt: T0 + 60_000, rule: "other" });
    await on.run(alerts, 40_000);
    expect(sns.sent.slice(0, 2).map(({ model }) => model.raised)).toEqual([false, true]);
    expect(sns.sent.slice(2).every(({ model }) => !model.raised)).toBe(true);
  });

  test("a service that goes below its minimum and back notifies once, and again after ten better minutes", async () => {
    let isLow = false;
    const factsOf = (): Facts => {
      const about = impact(isLow ? {} : { minimum: 1, belowMinimum: false });
      return told("i-1", { facts: { impact: [about] } }).facts ?? expect.fail("these facts are known");
    };
    const alerts = on.worker({ chat }, { factsOf });
    await on.join("i-1");
    await on.run(alerts, 40_000);
    for (const low of [true, false, true, false]) {
      isLow = low;
      await on.run(alerts, 120_000);
    }
    await on.run(alerts, 600_000);
    isLow = true;
    await on.run(alerts, 120_000);
    const severities = ["warning", "critical", "warning", "critical", "warning", "critical"];
    expect(chat.sent.map(({ model }) => model.severity)).toEqual(severities);
    expect(chat.sent.map(({ model }) => model.raised)).toEqual([false, true, false, false, false, true]);
  });

  test("a notice that is called off is told at once, before the incident is over", async () => {
    const alerts = on.worker({ chat });
    await on.join("i-1");
    await on.join("i-2");
    await on.run(alerts, 40_000);
    await on.change("i-1", { cancelledAt: T0 + 41_000 });
    await on.run(alerts, 40_000);
    expect(last(chat)?.model).toMatchObject({ phase: "update", raised: false });
    expect(last(chat)?.model.headline).toContain("1 more was not interrupted after all");
  });

  test("an end that asks people for something raises it, a good end does not", async () => {
    const alerts = on.worker({ chat });
    await on.join("i-1");
    await on.run(alerts, 10_000);
    await on.change("i-1", { outcome: "deadline-passed", closedAt: T0 + 120_000 });
    await on.run(alerts, 40_000);
    expect(last(chat)?.model).toMatchObject({ phase: "outcome", severity: "critical", closes: false, raised: true });
    await on.join("i-2");
    await on.run(alerts, 10_000);
    await on.join("i-3");
    await on.change("i-2", drained);
    await on.change("i-3", drained);
    await on.run(alerts, 40_000);
    expect(last(chat)?.model).toMatchObject({ phase: "outcome", members: { length: 2 }, closes: true, raised: false });
  });

  test("each repetition has an id of its own, and each attempt of one message the same", async () => {
    const route = { ...DEFAULT_ROUTE, repeatEvery: 60_000 };
    const alerts = on.worker({ chat }, { routes: [route] });
    chat.answers.push({ is: "retry", reason: "answered 500", after: null }, { is: "sent", receipt: { n: 1 } });
    await on.join("i-1");
    await on.run(alerts, 150_000);
    const ids = chat.sent.map(({ model }) => model.id);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });
});

describe("a channel that asks for a long pause", () => {
  test("does not rely on another that asks for one as well: somebody is told, if late", async () => {
    const other = fakeChannel(on.clock);
    const alerts = on.worker({ sns, other });
    const busy = { is: "retry", reason: "answered 429", after: 600_000 } as const;
    sns.answers.push(busy);
    other.answers.push(busy);
    await on.join("i-1");
    await on.run(alerts, 700_000);
    expect([...phases(sns), ...phases(other)].filter((one) => one.endsWith("receipt")).length).toBeGreaterThan(2);
    const { sends } = (await on.alert()).body;
    expect(Object.values(sends).some(({ state }) => state === "sent")).toBe(true);
  });

  test("holds nobody up: the next alert reaches the stand-in at once", async () => {
    const standIn = fakeChannel(on.clock);
    const routes = [{ ...DEFAULT_ROUTE, channels: ["sns"], giveUpAfter: 600_000 }];
    const alerts = on.worker({ sns, standIn }, { routes });
    sns.answers.push({ is: "retry", reason: "answered 429", after: 7_200_000 });
    await on.join("i-1");
    await on.run(alerts, 15_000);
    expect(phases(standIn)).toEqual(["5 receipt"]);
    expect(standIn.sent[0]?.model.ask[0]).toMatch(/^find out why channel sns got no message: answered 429/);
    // The outcome, a minute later: nobody waits until sns is free again.
    await on.change("i-1", drained);
    await on.run(alerts, 60_000);
    expect(standIn.sent.at(-1)?.model.phase).toBe("outcome");
    expect(await on.alert()).toMatchObject({ wakeAt: null });
  });

  test("is waited for beyond the deadline if no other channel can tell", async () => {
    const alerts = on.worker({ sns });
    sns.answers.push({ is: "retry", reason: "answered 429", after: 300_000 });
    await on.join("i-1");
    await on.run(alerts, 310_000);
    expect(phases(sns)).toEqual(["5 receipt", "305 receipt"]);
  });

  test("is waited for beyond the deadline with an update, since the receipt was delivered", async () => {
    const alerts = on.worker({ sns, web: fakeChannel(on.clock) });
    await on.join("i-1");
    await on.run(alerts, 20_000);
    sns.answers.push({ is: "retry", reason: "answered 429", after: 300_000 });
    await on.join("i-2");
    await on.run(alerts, 340_000);
    expect(phases(sns)).toEqual(["5 receipt", "35 update", "335 update"]);
  });
});
