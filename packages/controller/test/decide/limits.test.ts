import { describe, expect, test } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { Plan, PlannedStep } from "../../src/decide/plan.ts";
import type { Actions } from "../../src/decide/policy.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Signal } from "../../src/model/signal.ts";
import type { Step } from "../../src/model/step.ts";
import { launching, rebalance, scheduled, T0, terminating, warning } from "../correlate/support.ts";
import { factsWith, incidentOf, stepOf } from "../respond/support.ts";

const HEARD = T0 + 1_000;
const DEADLINE = T0 + 120_000;
const bodyOf = (...signals: Signal[]): Incident => incidentOf(...signals).body;
const planOf = (body: Incident, facts: Facts | null = factsWith(), actions: Partial<Actions> = {}): Plan =>
  decide(body, facts, { ...defaultPolicy, defaults: { ...defaultActions, ...actions } });
const responders = ({ steps }: Plan): string[] => [...new Set(steps.map(({ responder }) => responder))];
const stepIn = ({ steps }: Plan, id: string): PlannedStep | undefined => steps.find((one) => one.id === id);
const withSteps = (body: Incident, ...steps: Step[]): Incident => ({ ...body, steps });

describe("the alert about a hook that could not be answered", () => {
  const given = stepOf("complete:x", { responder: "complete-lifecycle", state: "abandoned", settledAt: T0 + 60_000 });
  const launch = bodyOf(launching(0, { hook: "spotkeeper-x" }));
  const alert = (...steps: Step[]): PlannedStep | undefined => stepIn(planOf(withSteps(launch, ...steps)), "tell-hook");
  const told = (over: Partial<Step>, id = "tell"): Step => stepOf(id, { responder: "join-alert", ...over });

  test("is sent within a quarter of an hour, if no other alert has it", () => {
    expect(alert(given)?.abandonAt).toBe(T0 + 60_000 + 900_000);
    expect(alert()).toBeUndefined();
    expect(alert(given, told({ state: "done" }))).toBeUndefined();
    expect(alert(given, told({}))).toBeUndefined();
    for (const state of ["skipped", "abandoned"] as const) expect(alert(given, told({ state }))).toBeDefined();
    expect(alert(given, told({ state: "done" }, "tell-hook"))).toBeDefined();
    expect(alert(given, stepOf("look-up", { responder: "look-up", state: "done" }))).toBeDefined();
  });
});

describe("time limits", () => {
  test("a recommendation stays open for two hours, for the warning that may follow; a reclaim for a quarter", () => {
    expect(stepIn(planOf(bodyOf(rebalance(0))), "verify-gone")?.abandonAt).toBe(HEARD + 300_000 + 7_200_000);
    expect(stepIn(planOf(bodyOf(warning(0))), "verify-gone")?.abandonAt).toBe(DEADLINE + 900_000);
  });

  test("an event's instance must be gone by the end of its window, else within a day", () => {
    const event = bodyOf(scheduled(0, 7_200_000));
    const startsAt = T0 + 7_200_000;
    const deadline = (body: Incident): unknown => stepIn(planOf(body), "verify-gone")?.params["deadline"];
    expect(deadline(event)).toBe(startsAt + 86_400_000);
    expect(deadline({ ...event, hints: { endsAt: startsAt + 5_000 } })).toBe(startsAt + 5_000);
    expect(deadline({ ...event, hints: { endsAt: startsAt - 5_000 } })).toBe(startsAt);
    expect(deadline(bodyOf(warning(0)))).toBe(DEADLINE);
  });

  test("an instance that its group retains later is watched for longer, and ended", () => {
    const retained: Incident = { ...bodyOf(terminating(0)), hints: { retainedAt: T0 + 9_000_000 } };
    expect(stepIn(planOf(retained), "end-retained")).toMatchObject({
      params: { instanceId: "i-0abcdef1234567890" },
      abandonAt: T0 + 9_000_000 + 900_000,
    });
    expect(stepIn(planOf(bodyOf(terminating(0))), "end-retained")).toBeUndefined();
  });

  test("facts for the alert are read again if draining begins long after the incident was opened", () => {
    const ids = (body: Incident): string[] =>
      planOf(body)
        .steps.map(({ id }) => id)
        .filter((id) => id.startsWith("look"));
    expect(ids(bodyOf(warning(0)))).not.toContain("look-again");
    const again = stepIn(planOf(bodyOf(rebalance(0), warning(600_000))), "look-again");
    expect(again).toMatchObject({ after: ["look-closer"], notBefore: T0 + 601_000, params: { depth: "tell" } });
    const known = stepOf("look-up", { responder: "look-up", state: "done", receipt: { missing: [] } });
    const elsewhere = (body: Incident, facts = factsWith({ complete: false })): string[] =>
      planOf(body, facts)
        .steps.map(({ id }) => id)
        .filter((id) => id.startsWith("look-up"));
    const looked = withSteps(bodyOf(warning(0)), known);
    expect(elsewhere(looked)).toEqual(["look-up", "look-up#2"]);
    expect(elsewhere(looked, factsWith())).toEqual(["look-up"]);
    expect(elsewhere({ ...looked, firstActionAt: HEARD })).toEqual(["look-up"]);
    expect(elsewhere(withSteps(looked, { ...known, state: "waiting" }))).toEqual(["look-up"]);
    const lacks = { missing: [{ what: "cluster", why: "denied" }] };
    expect(elsewhere(withSteps(looked, { ...known, receipt: lacks }))).toEqual(["look-up"]);
    const six = Array.from({ length: 6 }, (_, n) => ({ ...known, id: n === 0 ? "look-up" : `look-up#${n + 1}` }));
    expect(elsewhere(withSteps(looked, ...six))).toHaveLength(6);
  });
});

test("the application's drain hook is called at the instance's address, and not without one", () => {
  const drainHook = { port: 8_080, path: "/drain", tokenRef: null, timeout: 5_000, networks: ["10.0.0.0/8"] };
  const ask = (facts: Facts | null): PlannedStep | undefined =>
    planOf(bodyOf(warning(0)), facts, { drainHook }).steps.find(({ responder }) => responder === "http-drain-hook");
  expect(ask(factsWith())).toMatchObject({
    params: { address: "10.0.0.7", ...drainHook },
    abandonAt: DEADLINE,
    waitsUntil: DEADLINE - 10_000,
  });
  expect(ask(factsWith({ instance: { ...factsWith().instance!, privateIp: null } }))).toBeUndefined();
  expect(ask(null)?.params["address"]).toBeNull();
  expect(responders(planOf(bodyOf(warning(0))))).not.toContain("http-drain-hook");
});
