import { describe, expect, test } from "vitest";
import { ACTED, currentSignals, isOld, lifeOf } from "../../src/decide/outdated.ts";
import {
  classifyEnding,
  hasBegun,
  hasEnded,
  hookGivenUpAt,
  isCalledOff,
  isDoomed,
  isOutdated,
  isRetained,
  threatKnownAt,
  threatOf,
} from "../../src/decide/threat.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Signal } from "../../src/model/signal.ts";
import type { Step } from "../../src/model/step.ts";
import { fargate, rebalance, scheduled, SECOND, state, T0, terminating, warning } from "../correlate/support.ts";
import { factsWith, incidentOf, reclaimed, stepOf } from "../respond/support.ts";

const bodyOf = (...signals: Signal[]): Incident => incidentOf(...signals).body;
const running = factsWith().instance!;

describe("the worst of what is announced decides", () => {
  test.each<[string, Incident, string]>([
    ["a warning after a recommendation", bodyOf(rebalance(0), warning(1_000)), "reclaim"],
    ["a hook after a recommendation", bodyOf(rebalance(0), terminating(1_000)), "termination"],
    ["a return to the warm pool", bodyOf(terminating(0, { destination: "WarmPool" })), "warm-pool"],
    [
      "an end after a return to the warm pool",
      bodyOf(terminating(0, { destination: "WarmPool" }), terminating(9_000, { token: "t-2" })),
      "termination",
    ],
    ["a recommendation alone", bodyOf(rebalance(0)), "recommendation"],
    ["a scheduled event", bodyOf(scheduled(0, 9_000_000)), "scheduled"],
    ["the end of an instance", bodyOf(state("shutting-down", 0)), "ending"],
    ["a task that stops", bodyOf(fargate(0, "RUNNING")), "task-stop"],
  ])("%s", (_what, body, threat) => expect(threatOf(body)).toBe(threat));

  test("only what ends its capacity counts it out of what a service keeps", () => {
    const doomed = bodyOf(warning(0));
    expect(isDoomed(doomed)).toBe(true);
    for (const over of [{ closedAt: T0 }, { cancelledAt: T0 }]) expect(isDoomed({ ...doomed, ...over })).toBe(false);
    expect([isDoomed(bodyOf(rebalance(0))), isDoomed(bodyOf(scheduled(0, 9_000_000)))]).toEqual([false, false]);
    expect(isDoomed(bodyOf(state("stopping", 0)))).toBe(true);
  });

  test("it counts from its own first signal, however long after the incident was opened", () => {
    const body = bodyOf(rebalance(0), warning(600_000), warning(605_000));
    expect(threatKnownAt(body, "reclaim")).toBe(T0 + 601_000);
    expect(threatKnownAt(body, "recommendation")).toBe(T0 + SECOND);
    expect(threatKnownAt(body, "termination")).toBe(body.openedAt);
  });
});

describe("what a message means can depend on what it says", () => {
  const as = (kind: Incident["signals"][number]["kind"], hints: Incident["hints"]): Incident => {
    const body = bodyOf(warning(0));
    return { ...body, hints, signals: body.signals.map((signal) => ({ ...signal, kind })) };
  };

  test.each<[string, Incident, string]>([
    ["a fleet that terminates the instance", as("fleet-change", { fleetEnds: true }), "termination"],
    ["a fleet that has launched it", as("fleet-change", {}), "none"],
    ["an agent that sees the group terminate it", as("agent-state", { groupEnds: true }), "termination"],
    ["an agent that watches", as("agent-state", { fleetEnds: true }), "none"],
    ["the end of a Capacity Block", as("capacity-block-expiration", {}), "scheduled"],
    ["a reservation that is interrupted", as("capacity-reservation-interruption", {}), "reclaim"],
    ["the result of a launch", as("launch-result", { fleetEnds: true, groupEnds: true }), "none"],
  ])("%s", (_what, body, threat) => expect(threatOf(body)).toBe(threat));
});

describe("a scheduled event that AWS cancels is no threat any more", () => {
  const called = { ...bodyOf(scheduled(0, 9_000_000)), hints: { calledOff: true } };
  const replace = (over: Partial<Step>): Incident => ({
    ...called,
    steps: [stepOf("replace", { responder: "ask-replacement", ...over })],
  });

  test.each<[string, Incident, boolean]>([
    ["no replacement was asked for", called, true],
    ["a replacement has not begun", replace({}), true],
    ["a replacement was skipped after an attempt", replace({ state: "skipped", attempts: 1 }), true],
    ["a replacement has been tried: the group launches it anyway", replace({ attempts: 1 }), false],
    ["a replacement may have been asked for", replace({ state: "intended", attempts: 1 }), false],
    ["a replacement serves", replace({ state: "done" }), false],
    ["another step is done", { ...called, steps: [stepOf("drain", { state: "done" })] }, true],
  ])("%s", (_what, body, isOff) => {
    expect(isCalledOff(body)).toBe(isOff);
    expect(threatOf(body)).toBe(isOff ? "none" : "scheduled");
  });

  test.each<[Partial<Step>, boolean]>([
    [{ state: "done" }, true],
    [{ state: "waiting", attempts: 0 }, false],
    [{ state: "waiting", attempts: 1 }, true],
    [{ state: "intended", attempts: 1 }, true],
    [{ state: "abandoned", attempts: 3 }, false],
  ])("%o has begun: %s", (over, begun) => expect(hasBegun(stepOf("replace", over))).toBe(begun));
});

describe("an instance ended", () => {
  const seen = (name: string, body = bodyOf(warning(0))): Incident => ({ ...body, seen: { state: name, at: T0 } });

  test.each([
    ["stopping", true],
    ["terminated", true],
    ["running", false],
    ["deprovisioning", false],
  ])("%s: %s", (name, ended) => expect(hasEnded(seen(name))).toBe(ended));

  test("a task only when its containers have ended: one that is stopping still works", () => {
    const task = bodyOf(fargate(0, "RUNNING"));
    expect([hasEnded(seen("stopping", task)), hasEnded(seen("deprovisioning", task))]).toEqual([false, true]);
    expect(hasEnded({ ...task, seen: null })).toBe(false);
  });

  test.each<[string, Parameters<typeof factsWith>[0], string | null]>([
    ["EC2 has reclaimed it", { instance: reclaimed }, "missed-notice"],
    ["EC2 has stopped it", { instance: { ...reclaimed, stateReason: "Server.SpotInstanceShutdown" } }, "missed-notice"],
    ["a person ended it", { instance: { ...reclaimed, stateReason: "Client.UserInitiatedShutdown" } }, "plain-end"],
    ["it is On-Demand", { instance: { ...reclaimed, lifecycle: null } }, "plain-end"],
    ["EC2 does not say why", { instance: { ...reclaimed, stateReason: null } }, "unclassified"],
    ["EC2 did not answer", { instance: null, missing: [{ what: "instance", why: "denied" }] }, "unclassified"],
    ["EC2 was not read yet", { instance: null, missing: [{ what: "group", why: "denied" }] }, null],
  ])("and why, for the alert: %s", (_what, over, reason) => expect(classifyEnding(factsWith(over))).toBe(reason));
});

describe("a hook that was abandoned", () => {
  const given = (settledAt: number, over: Partial<Step> = {}): Step =>
    stepOf(`complete:${settledAt}`, { responder: "complete-lifecycle", state: "abandoned", settledAt, ...over });

  test("is reported with the time of the last one, and no other step is taken for one", () => {
    expect(hookGivenUpAt({ steps: [given(T0 + 5), given(T0 + 9), given(T0 + 7)] })).toBe(T0 + 9);
    expect(hookGivenUpAt({ steps: [given(T0, { state: "done" }), given(T0, { responder: "heartbeat" })] })).toBeNull();
  });

  test("leaves an instance that must be ended by hand, if its group retains it", () => {
    const gone = (receipt: Step["receipt"]): Step => stepOf("verify-gone", { responder: "verify-gone", receipt });
    const end = stepOf("end-retained", { responder: "end-retained" });
    const retained = (over: Partial<Incident>): boolean => isRetained({ ...bodyOf(terminating(0)), ...over });
    expect([retained({}), retained({ hints: { retainedAt: T0 } }), retained({ steps: [end] })]).toEqual([
      false,
      true,
      true,
    ]);
    const receipts = [{ retained: true }, { retained: false }, null, "retained"];
    expect(receipts.map((receipt) => retained({ steps: [gone(receipt)] }))).toEqual([true, false, false, false]);
  });
});

describe("a notice about an earlier life of the instance is not obeyed", () => {
  const started = (after: number, body: Incident, over: object = {}): Incident => ({
    ...body,
    labels: { ...body.labels, launchTime: T0 + after },
    ...over,
  });

  test.each<[string, Incident, boolean]>([
    ["started a second after it", started(1_000, bodyOf(warning(0))), true],
    ["started within the same second", started(999, bodyOf(warning(0))), false],
    ["started before it", started(-1, bodyOf(warning(0))), false],
    ["begun already: the work is finished", started(5_000, bodyOf(warning(0)), { firstActionAt: T0 }), false],
    ["begun without a ledger", started(5_000, bodyOf(warning(0)), { hints: ACTED }), false],
  ])("%s", (_what, body, outdated) => {
    expect(currentSignals(body)).toHaveLength(outdated ? 0 : 1);
    expect(isOutdated(body)).toBe(outdated);
    expect(threatOf(body)).toBe(outdated ? "none" : "reclaim");
  });

  test("only its old signals are dropped, and it is not outdated while a new one means something", () => {
    const body = started(10_000, bodyOf(rebalance(0), warning(20_000)));
    expect(currentSignals(body).map(({ kind }) => kind)).toEqual(["spot-interruption"]);
    expect(isOutdated(body)).toBe(false);
  });

  test("nor a warning that should long have come true, if the instance runs since", () => {
    const late = (by: number): Incident => bodyOf(warning(0, { receivedAt: T0 + by }));
    const runs = (body: Incident, at: number): Incident => ({ ...body, labels: { ...body.labels, runsAt: T0 + at } });
    expect(currentSignals(runs(late(300_001), 300_001))).toHaveLength(0);
    expect(currentSignals(runs(late(300_001), 300_000))).toHaveLength(1);
    expect(currentSignals(runs(late(300_000), 400_000))).toHaveLength(1);
    expect(currentSignals(runs(bodyOf({ ...rebalance(0), receivedAt: T0 + 900_000 }), 900_000))).toHaveLength(1);
  });

  test("what is compared: its last start, and for a late signal when it was seen running", () => {
    const fresh = bodyOf(warning(0));
    const late = bodyOf(warning(0, { receivedAt: T0 + 120_001 }));
    expect([isOld(fresh), isOld(late), isOld(bodyOf(warning(0, { receivedAt: T0 + 120_000 })))]).toEqual([
      false,
      true,
      false,
    ]);
    const at = { instance: running, instanceAsOf: T0 };
    const { launchTime } = running;
    expect(lifeOf(at, fresh)).toEqual({ launchTime });
    expect(lifeOf(at, late)).toEqual({ launchTime, runsAt: T0 });
    expect(lifeOf({ ...at, instance: reclaimed }, late)).toEqual({ launchTime });
    expect(lifeOf({ instance: null, instanceAsOf: null }, late)).toEqual({});
    // A start after its own observation: the clocks differ.
    expect(lifeOf({ instance: { ...running, launchTime: T0 + 1_001 }, instanceAsOf: T0 }, fresh)).toEqual({});
    expect(lifeOf({ instance: { ...running, launchTime: T0 + 1_000 }, instanceAsOf: T0 }, fresh)).toEqual({
      launchTime: T0 + 1_000,
    });
  });
});
