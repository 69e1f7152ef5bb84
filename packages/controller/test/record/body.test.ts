import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBody, encodeBody } from "../../src/record/body.ts";
import type { Group } from "../../src/model/group.ts";
import type { Step } from "../../src/model/step.ts";
import { T0, warning } from "../correlate/support.ts";
import { incidentOf, stepOf } from "../respond/support.ts";

const anyStep: fc.Arbitrary<Step> = fc
  .record({
    params: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>, { maxKeys: 3 }),
    after: fc.array(fc.string(), { maxLength: 3 }),
    notBefore: fc.option(fc.nat()),
    attempts: fc.nat(5),
    state: fc.constantFrom("waiting" as const, "intended" as const, "done" as const),
    retryAt: fc.option(fc.nat()),
    settledAt: fc.option(fc.nat()),
    reason: fc.option(fc.string()),
    receipt: fc.jsonValue() as fc.Arbitrary<never>,
  })
  .map((over) => stepOf("a", over));

test("property: what is stored reads back as it was", () => {
  fc.assert(
    fc.property(fc.array(anyStep), fc.array(anyStep), (steps, owed) => {
      const body = { ...incidentOf(warning(0)).body, steps, owed };
      expect(decodeBody(encodeBody(body))).toEqual(JSON.parse(JSON.stringify(body)));
    }),
  );
});

test("a step to which nothing has happened takes little more than its names", () => {
  const body = { ...incidentOf(warning(0)).body, steps: [stepOf("drain", { abandonAt: T0 })] };
  expect(encodeBody(body).length - encodeBody({ ...body, steps: [] }).length).toBeLessThan(80);
});

test("what was stored before there were routes reads as it is stored now", () => {
  const { alerts: _, ...incident } = incidentOf(warning(0)).body;
  const of = (alert: object | null): unknown =>
    decodeBody<"incident">(JSON.stringify({ ...incident, alert, openedAt: T0 })).alerts;
  expect(of(null)).toEqual([]);
  expect(of({ key: "alert#1", generation: 2 })).toEqual([{ key: "alert#1", generation: 2, at: T0 }]);
  expect(decodeBody<"incident">(JSON.stringify({ ...incident, alert: null }))).not.toHaveProperty("alert");
  const send = { state: "sent", hash: "open:a", receipt: true, attempts: 1, retryAt: null, reason: null };
  const old = { group: {}, generation: 1, openedAt: T0, flushAt: T0, sends: { sns: send } };
  expect(decodeBody<"alert">(JSON.stringify(old))).toEqual({
    ...old,
    route: null,
    size: 0,
    quiet: "no",
    withheld: [],
    sends: { sns: { ...send, since: null } },
  });
});

test("what was stored before a group's record kept books: each that stands for one raised, still does", () => {
  const one = (by: string, state: string): object => ({ instanceId: "i-0", by, state, batch: "raise:1" });
  const replacing = {
    a: one("raise", "serves"),
    b: one("raise", "lowering"),
    c: one("raise", "settled"),
    d: one("raise", "asked"),
    e: one("detach", "retiring"),
  };
  const read = (baseline: number | null): Group =>
    decodeBody<"group">(JSON.stringify({ name: "web", baseline, steps: [], replacing }));
  const raised = (body: Group): number[] => Object.values(body.replacing).map((each) => each.raised);
  expect(read(10).ours).toEqual([]);
  expect(raised(read(10))).toEqual([1, 1, 0, 0, 0]);
  expect(raised(read(null))).toEqual([0, 0, 0, 0, 0]);
  const known = { a: { ...one("raise", "serves"), raised: 4 }, b: one("raise", "serves") };
  const { replacing: weighed } = decodeBody<"group">(JSON.stringify({ baseline: 10, steps: [], replacing: known }));
  expect(Object.values(weighed).map(({ units }) => units)).toEqual([4, 1]);
  const now = { ...read(10), ours: [11], replacing: { a: { ...read(10).replacing["a"]!, raised: 4 } } };
  expect(decodeBody<"group">(encodeBody(now))).toEqual(now);
});

test("what was stored before agents told of their work: its lifecycle actions began when the incident opened", () => {
  const action = { group: "web", hook: "drain", token: "t-1", transition: "terminating", metadata: null };
  const { agents: _, ...old } = { ...incidentOf(warning(0)).body, openedAt: T0, lifecycle: [action] };
  const read = decodeBody<"incident">(JSON.stringify(old));
  expect(read.agents).toEqual({});
  expect(read.lifecycle).toEqual([{ ...action, since: T0, heardAt: T0 }]);
  // And what is stored now stays.
  expect(decodeBody<"incident">(encodeBody({ ...read, agents: {} })).lifecycle).toEqual(read.lifecycle);
});
