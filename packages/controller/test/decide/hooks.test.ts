import { describe, expect, test } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { PlannedStep } from "../../src/decide/plan.ts";
import type { Actions } from "../../src/decide/policy.ts";
import type { LifecycleHook } from "../../src/aws/calls/auto-scaling.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { AgentStates } from "../../src/model/agents.ts";
import type { Incident } from "../../src/model/incident.ts";
import { launching, SECOND, T0, terminating, warning } from "../correlate/support.ts";
import { factsWith, incidentOf, stepOf } from "../respond/support.ts";

const HOOK = "graceful-shutdown-hook";
const HEARD = T0 + SECOND;
const hook = (over: Partial<LifecycleHook> = {}): LifecycleHook => ({
  name: HOOK,
  group: "web",
  transition: "terminating",
  heartbeatTimeout: 300_000,
  globalTimeout: 7_200_000,
  defaultResult: "CONTINUE",
  notificationTarget: null,
  metadata: null,
  ...over,
});
/** An instance on which nothing is known to work. */
const idle = (over: Partial<Facts> = {}): Facts =>
  factsWith({ targets: [], containerInstances: [], hooks: [hook()], ...over });
const planOf = (body: Incident, facts: Facts, actions: Partial<Actions> = {}): readonly PlannedStep[] =>
  decide(body, facts, { ...defaultPolicy, defaults: { ...defaultActions, ...actions } }).steps;
const ended = (agents: AgentStates = {}): Incident => ({ ...incidentOf(terminating(0, { hook: HOOK })).body, agents });
const waitOf = (steps: readonly PlannedStep[]): PlannedStep | undefined =>
  steps.find(({ responder }) => responder === "await-work");
/** The end of what a hook with heartbeats can hold: its global timeout less the margin. */
const LATEST = T0 + 7_200_000 - 10_000;

describe("a hook is held while the instance works", () => {
  test.each<[string, AgentStates, AgentStates, object]>([
    ["its agent drains", {}, { a: [1, "draining"] }, { until: LATEST, for: "agent" }],
    ["its agent watches, and will drain", { a: [0, "watching"] }, {}, { until: LATEST, for: "agent" }],
    ["one drains, though another is done", {}, { a: [1, "done"], b: [1, "draining"] }, { until: LATEST, for: "agent" }],
    [
      "one is done, another may be late",
      { b: [0, "watching"] },
      { a: [1, "done"] },
      { until: HEARD + 30_000, for: "agent" },
    ],
    ["nothing is known of its work", {}, {}, { until: HEARD + 30_000, for: "unknown work" }],
  ])("%s", (_what, onIt, reported, params) => {
    expect(waitOf(planOf(ended(reported), idle({ agents: onIt })))?.params).toEqual(params);
  });

  test("and no longer than that: all agents are done", () => {
    const params = waitOf(planOf(ended({ a: [2, "done"] }), idle()))?.params;
    expect(params).toMatchObject({ for: "agent", over: expect.stringContaining("its work is over") });
  });

  test("not for a time where another step sees the work, or the policy says so", () => {
    expect(waitOf(planOf(ended(), factsWith({ hooks: [hook()] })))).toBeUndefined();
    expect(waitOf(planOf(ended(), idle(), { holdHooks: 0 }))).toBeUndefined();
    const seen = { ...ended(), steps: [stepOf("drain-tasks", { responder: "drain-tasks", state: "done" })] };
    expect(waitOf(planOf(seen, idle()))).toBeUndefined();
    const skipped = { ...ended(), steps: [stepOf("drain-tasks", { responder: "drain-tasks", state: "skipped" })] };
    expect(waitOf(planOf(skipped, idle()))).toBeDefined();
  });

  test("for a return to the warm pool agents do not drain, so one that watches is not awaited", () => {
    const body = incidentOf(terminating(0, { hook: HOOK, destination: "WarmPool" })).body;
    expect(waitOf(planOf(body, idle({ agents: { a: [0, "watching"] } })))?.params).toMatchObject({
      for: "unknown work",
    });
  });

  test.each<[string, Partial<LifecycleHook> | null, Partial<Actions>, number]>([
    ["with heartbeats, its global timeout", {}, {}, 7_200_000],
    ["with heartbeats, a hundred times its timeout", { globalTimeout: null }, {}, 100 * 300_000],
    ["two days at most", { globalTimeout: null, heartbeatTimeout: 7_200_000 }, {}, 48 * 3_600_000],
    ["without heartbeats, its timeout", {}, { heartbeats: false }, 300_000],
    ["two days, if its timeout is not known", null, {}, 48 * 3_600_000],
  ])("until it can no longer be completed: %s", (_what, over, actions, lasts) => {
    const hooks = over === null ? [] : [hook(over)];
    const wait = waitOf(planOf(ended({ a: [1, "draining"] }), idle({ hooks }), actions));
    expect(wait?.params["until"]).toBe(T0 + lasts - 10_000);
    expect(wait?.abandonAt).toBe(T0 + lasts - 10_000);
  });

  test("not beyond the deadline of a warning", () => {
    const { body } = incidentOf(warning(0), terminating(5_000, { hook: HOOK }));
    const drains: Incident = { ...body, agents: { a: [1, "draining"] } };
    expect(waitOf(planOf(drains, idle()))?.params["until"]).toBe(T0 + 110_000);
  });
});

describe("a hook is completed", () => {
  const completes = (steps: readonly PlannedStep[]): PlannedStep[] =>
    steps.filter(({ responder }) => responder === "complete-lifecycle");

  test("for an hour after it was held, with its own token and timeout", () => {
    const [done] = completes(planOf(ended({ a: [1, "draining"] }), idle()));
    expect(done?.abandonAt).toBe(LATEST + 3_600_000);
    expect(done?.after).toContain(`await-work:${HOOK}`);
    expect(done?.params).toEqual({
      group: "web",
      hook: HOOK,
      token: "t-1",
      instanceId: "i-0abcdef1234567890",
      heartbeatTimeout: 300_000,
    });
    const beat = planOf(ended({ a: [1, "draining"] }), idle()).find(({ responder }) => responder === "heartbeat");
    expect(beat?.abandonAt).toBe(LATEST);
  });

  test("from the end of the hold, if that is over", () => {
    const settledAt = T0 + 60_000;
    const steps = [stepOf(`await-work:${HOOK}`, { responder: "await-work", state: "done", settledAt })];
    const [done] = completes(planOf({ ...ended({ a: [1, "draining"] }), steps }, idle()));
    // Its group's other limits are not exceeded: draining without a deadline ends five minutes after it was heard.
    expect(done?.abandonAt).toBe(HEARD + 300_000 + 3_600_000);
  });

  test("without heartbeats, if the policy has none", () => {
    expect(planOf(ended(), idle(), { heartbeats: false }).map(({ responder }) => responder)).not.toContain("heartbeat");
  });

  test("when it is launching only if the policy completes those, and then without heartbeats", () => {
    const body = incidentOf(launching(0, { hook: HOOK })).body;
    expect(completes(planOf(body, idle()))).toHaveLength(1);
    expect(planOf(body, idle()).map(({ responder }) => responder)).not.toContain("heartbeat");
    expect(completes(planOf(body, idle(), { completeLaunching: false }))).toEqual([]);
  });

  test("each of several by its own step, numbered only among its own kind", () => {
    const body = incidentOf(
      terminating(0, { hook: HOOK, destination: "WarmPool" }),
      terminating(30_000, { hook: "spotkeeper-2", token: "t-2" }),
      terminating(60_000, { hook: HOOK, token: "t-3" }),
    ).body;
    expect(completes(planOf(body, idle())).map(({ id, params }) => [id, params["token"]])).toEqual([
      [`complete:${HOOK}:terminating`, "t-1"],
      ["complete:spotkeeper-2:terminating", "t-2"],
      [`complete:${HOOK}:terminating#2`, "t-3"],
    ]);
  });
});
