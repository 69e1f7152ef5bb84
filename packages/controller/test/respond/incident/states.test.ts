import { describe, expect, test } from "vitest";
import type { Incident } from "../../../src/model/incident.ts";
import type { Step } from "../../../src/model/step.ts";
import { memberTag } from "../../../src/notify/join.ts";
import { derive } from "../../../src/respond/incident/derive.ts";
import { dryRunOver } from "../../../src/respond/incident/dry-run-over.ts";
import { settleFollowing } from "../../../src/respond/incident/settle-following.ts";
import { WOULD } from "../../../src/respond/responder.ts";
import { findResponder } from "../../../src/respond/responders/index.ts";
import { rebalance, scheduled, state, T0, warning } from "../../correlate/support.ts";
import { factsWith, incidentOf, stepOf } from "../support.ts";

const doc = incidentOf(warning(0));
const NOW = T0 + 50_000;
const step = (responder: string, over: Partial<Step> = {}): Step => stepOf(responder, { responder, ...over });
const done = (responder: string, settledAt: number, over: Partial<Step> = {}): Step =>
  step(responder, { state: "done", settledAt, ...over });
const withBody = (over: Partial<Incident>, of = doc): typeof doc => ({
  ...of,
  body: { ...of.body, mode: "act", ...over },
});
const derived = (over: Partial<Incident>, of = doc): ReturnType<typeof derive> =>
  derive(withBody(over, of), factsWith(), findResponder, NOW);
const texts = ({ entries }: { readonly entries: readonly { readonly text: string }[] }): string[] =>
  entries.map(({ text }) => text);

describe("an instance has drained", () => {
  const emptied = [done("deregister-target", NOW - 9_000), done("drain-tasks", NOW - 1_000), done("look-up", NOW)];

  test("at the end of the last step that empties it, with what is left until the deadline", () => {
    const { doc: after, entries } = derived({ steps: emptied });
    expect(after.body.drainedAt).toBe(NOW - 1_000);
    expect(entries).toMatchObject([{ kind: "state", text: "drained with 71.0 s left", data: { marginSeconds: 71 } }]);
    expect(texts(derived({ steps: emptied, deadline: NOW - 3_000 }))).toEqual(["drained 2.0 s after the deadline"]);
    expect(texts(derived({ steps: emptied, deadline: null }))).toEqual(["drained"]);
    const cut = [done("drain-tasks", NOW, { state: "abandoned" })];
    expect(texts(derived({ steps: cut, deadline: null }))).toEqual(["not drained, and no longer waited for"]);
  });

  test.each<[string, Partial<Incident>]>([
    ["a step that empties it is not settled", { steps: [...emptied, step("set-draining")] }],
    ["a look-up may find more targets", { steps: [...emptied, step("look-around")] }],
    ["there was nothing to drain", { steps: [done("look-up", NOW), done("set-draining", NOW, { state: "skipped" })] }],
    ["it is a dry run", { steps: emptied, mode: "dry-run" }],
  ])("not while %s", (_what, over) => expect(derived(over).doc.body.drainedAt).toBeNull());

  test("once", () => {
    const { doc: after, entries } = derived({ steps: emptied, drainedAt: T0 });
    expect([after.body.drainedAt, entries]).toEqual([T0, []]);
  });
});

describe("what verify-gone has seen", () => {
  const drain = done("set-draining", NOW - 5_000, { receipt: { before: "ACTIVE" } });
  const verified = (receipt: Step["receipt"], more: Partial<Step> = {}): Step =>
    done("verify-gone", NOW - 1_000, { receipt, ...more });

  test("gone: the incident has the time; only an answer counts", () => {
    expect(derived({ steps: [verified({ gone: true })] }).doc.body.goneAt).toBe(NOW - 1_000);
    for (const seen of [verified(null), verified({ gone: "yes" }), verified({ gone: true }, { state: "waiting" })])
      expect(derived({ steps: [seen] }).doc.body).toMatchObject({ goneAt: null, cancelledAt: null });
    expect(derived({ steps: [verified({ gone: true })], goneAt: T0 }).doc.body.goneAt).toBe(T0);
  });

  test("still there: what was taken away is owed back, once", () => {
    const { doc: after, entries } = derived({ steps: [drain, verified({ gone: false })], drainedAt: T0 });
    expect(after.body).toMatchObject({
      cancelledAt: NOW,
      owed: [{ id: "undo:set-draining", responder: "set-active" }],
    });
    expect(entries).toMatchObject([{ data: { owed: ["undo:set-draining"] } }]);
    const again = derived({ steps: [drain, verified({ gone: false })], drainedAt: T0, cancelledAt: T0 });
    expect(again.doc.body).toMatchObject({ cancelledAt: T0, owed: [] });
  });

  test("an event that AWS called off: what was done for it is put back when it has ended, not before", () => {
    const event = incidentOf(scheduled(0, 7_200_000));
    const off = { hints: { calledOff: true }, drainedAt: T0 };
    const { doc: after, entries } = derived({ ...off, steps: [drain] }, event);
    expect(after.body).toMatchObject({ cancelledAt: NOW, owed: [{ id: "undo:set-draining" }] });
    expect(texts({ entries })).toEqual([
      "AWS has called the scheduled event off, or it is done: what was taken away is put back",
    ]);
    expect(texts(derived({ ...off, steps: [] }, event))).toEqual([
      "AWS has called the scheduled event off, or it is done",
    ]);
    expect(
      derived({ ...off, steps: [step("set-draining", { state: "intended" })] }, event).doc.body.cancelledAt,
    ).toBeNull();
    expect(derived({ ...off, steps: [step("tell")] }, event).doc.body.cancelledAt).toBe(NOW);
    expect(derived({ ...off, steps: [drain], goneAt: T0 }, event).doc.body.cancelledAt).toBeNull();
    expect(derived({ drainedAt: T0, steps: [drain] }, event).doc.body.cancelledAt).toBeNull();
  });

  test("a replacement that serves, and only then", () => {
    expect(derived({ steps: [done("verify-replacement", NOW - 7)] }).doc.body.servesAt).toBe(NOW - 7);
    expect(derived({ steps: [step("verify-replacement")] }).doc.body.servesAt).toBeNull();
    expect(derived({ steps: [done("look-up", NOW - 7)] }).doc.body.servesAt).toBeNull();
  });
});

describe("steps end without being run", () => {
  const settled = (over: Partial<Incident>): { readonly states: unknown[]; readonly lines: string[] } => {
    const { doc: after, entries } = settleFollowing(withBody(over), findResponder, NOW);
    return { states: after.body.steps.map(({ state, reason }) => [state, reason]), lines: texts({ entries }) };
  };
  const time = { abandonAt: NOW + 60_000 };

  test("in a dry run all that would change or wait, with what it would do; reads are made", () => {
    const steps = [
      step("set-draining", time),
      step("look-up", time),
      step("drain-tasks", { ...time, state: "intended" }),
    ];
    const { states, lines } = settled({ mode: "dry-run", steps });
    expect(states).toEqual([
      ["skipped", WOULD],
      ["waiting", null],
      ["intended", null],
    ]);
    expect(lines).toEqual(["would set the container instance to DRAINING"]);
  });

  test("when the instance is gone its waits are done, with the last that was seen; other steps go on", () => {
    const steps = [
      step("drain-tasks", { ...time, reason: "2 still run" }),
      step("complete-lifecycle", time),
      step("verify-gone", { ...time, retryAt: NOW + 9_000 }),
    ];
    const { doc: after } = settleFollowing(withBody({ goneAt: T0, steps }), findResponder, NOW);
    expect(after.body.steps.map(({ state, reason, retryAt }) => [state, reason, retryAt])).toEqual([
      ["done", "the instance is gone; last: 2 still run", null],
      ["waiting", null, null],
      ["waiting", null, NOW],
    ]);
    expect(settled({ steps: [step("drain-tasks", time)] }).states).toEqual([["waiting", null]]);
  });

  test("a replacement is not awaited for an instance that stays", () => {
    const steps = [step("verify-replacement", time), step("verify-gone", time)];
    expect(settled({ cancelledAt: T0, steps }).states).toEqual([
      ["skipped", "the notice was cancelled"],
      ["waiting", null],
    ]);
  });

  test("what lasts as long as another step ends with it, also if that ends in the same round", () => {
    const beat = step("heartbeat", { ...time, params: { until: ["drain-tasks"] } });
    expect(settled({ steps: [step("drain-tasks", time), beat] }).states.at(-1)).toEqual(["waiting", null]);
    expect(settled({ steps: [step("drain-tasks", { abandonAt: NOW }), beat] }).states).toEqual([
      ["abandoned", "its time was over before it could start"],
      ["done", "what it lasted for is over"],
    ]);
    expect(settled({ steps: [step("await-work", { ...time, params: { over: "its work is over" } })] }).states).toEqual([
      ["done", "its work is over"],
    ]);
  });

  test("one that was tried says so when its time is over, with the last reason", () => {
    const { states, lines } = settled({
      steps: [step("set-draining", { abandonAt: NOW, attempts: 3, reason: "denied" })],
    });
    expect(states).toEqual([["abandoned", "its time is over; last: denied"]]);
    expect(lines).toEqual(["set the container instance to DRAINING: abandoned: its time is over; last: denied"]);
    expect(settled({ steps: [step("set-draining", { abandonAt: NOW + 1 })] }).states).toEqual([["waiting", null]]);
  });
});

describe("a dry run that is over", () => {
  const would = step("set-draining", { state: "skipped", reason: WOULD, settledAt: T0 + 5_000 });
  const open = step("verify-gone", { abandonAt: NOW + 60_000 });
  const alert = { key: "alert#web", generation: 1, at: T0 } as unknown as Incident["alerts"][number];
  const dry = (over: Partial<Incident> = {}, of = doc): typeof doc =>
    withBody({ mode: "dry-run", steps: [would, open], alerts: [alert], ...over }, of);

  test("ends without effects, and its alert stays", () => {
    const after = dryRunOver(dry(), "act", NOW);
    expect(after?.body.steps.map(({ state, reason }) => [state, reason])).toEqual([
      ["skipped", WOULD],
      ["skipped", "the dry run is over"],
    ]);
    expect(after?.body).toMatchObject({ mode: "dry-run", alerts: [alert] });
  });

  test.each<[string, typeof doc, Parameters<typeof dryRunOver>[1]]>([
    ["it is no dry run", dry({ mode: "act" }), "act"],
    ["it still is one", dry(), "dry-run"],
    ["it has not said yet what it would do", dry({ steps: [open] }), "act"],
    ["it says it only now", dry({ steps: [{ ...would, settledAt: NOW }] }), "act"],
  ])("not if %s", (_what, of, mode) => expect(dryRunOver(of, mode, NOW)).toBeNull());

  test("a warning that comes later is handled for real, by a new plan and in an alert of its own", () => {
    const warned = dry({}, incidentOf(rebalance(0), warning(9_000)));
    const tags = [...warned.tags, memberTag("alert#web", 1)];
    const after = dryRunOver({ ...warned, tags }, "act", NOW);
    expect(after?.body).toMatchObject({ mode: "act", steps: [], alerts: [], plannedFrom: null });
    expect(after?.tags).toEqual(warned.tags);
    const ended = dry({}, incidentOf(warning(0), state("shutting-down", 9_000)));
    expect(dryRunOver(ended, "act", NOW)?.body.mode).toBe("dry-run");
  });
});
