import { describe, expect, test } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { Plan, PlannedStep } from "../../src/decide/plan.ts";
import type { Actions } from "../../src/decide/policy.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Signal } from "../../src/model/signal.ts";
import type { Step } from "../../src/model/step.ts";
import { fargate, launching, rebalance, scheduled, state, T0, terminating, warning } from "../correlate/support.ts";
import { factsWith, GROUP_ARN, incidentOf, reclaimed, stepOf } from "../respond/support.ts";

const HEARD = T0 + 1_000;
const DEADLINE = T0 + 120_000;
const bodyOf = (...signals: Signal[]): Incident => incidentOf(...signals).body;
const planOf = (body: Incident, facts: Facts | null = factsWith(), actions: Partial<Actions> = {}): Plan =>
  decide(body, facts, { ...defaultPolicy, defaults: { ...defaultActions, ...actions } });
const responders = ({ steps }: Plan): string[] => [...new Set(steps.map(({ responder }) => responder))];
const stepIn = ({ steps }: Plan, id: string): PlannedStep | undefined => steps.find((one) => one.id === id);
const withSteps = (body: Incident, ...steps: Step[]): Incident => ({ ...body, steps });

describe("who is told, and what is only watched", () => {
  const busy = ["deregister-target", "set-draining", "complete-lifecycle"];

  test.each<[string, Plan, boolean]>([
    [
      "an old notice, before it is known whether it is over",
      planOf(bodyOf(warning(0, { receivedAt: T0 + 200_000 })), factsWith({ instanceAsOf: T0 })),
      false,
    ],
    ["a new one of which nothing is known", planOf(bodyOf(warning(0)), factsWith({ instance: null })), true],
    [
      "a launch of which nothing is known",
      planOf(bodyOf(launching(0, { hook: "spotkeeper-x" })), factsWith({ instance: null })),
      false,
    ],
    ["an event without a time, which may be weeks away", planOf(bodyOf(scheduled(0, null))), true],
    [
      "an end whose reason EC2 does not say",
      planOf(bodyOf(state("shutting-down", 0)), factsWith({ instance: { ...reclaimed, stateReason: null } })),
      true,
    ],
  ])("%s", (_what, plan, isTold) => {
    expect(responders(plan).includes("join-alert")).toBe(isTold);
    expect(responders(plan).filter((one) => busy.includes(one))).toEqual([]);
  });

  test("a rule that only watches is given as the reason; a dry run is no reason", () => {
    expect(planOf(bodyOf(warning(0)), factsWith(), { act: false })).toMatchObject({
      mode: "observe",
      because: "the rule default says not to act",
    });
    expect(planOf(bodyOf(warning(0)), factsWith(), { dryRun: true })).toMatchObject({ mode: "dry-run", because: null });
    expect(planOf(bodyOf(warning(0)), factsWith({ owner: "batch" })).because).toBe("it belongs to batch");
  });

  test("what an earlier worker only watched stays so for one that knows no tags", () => {
    const watched: Incident = { ...bodyOf(warning(0)), mode: "observe", plannedFrom: "hash" };
    const looked = withSteps(watched, stepOf("look-up", { responder: "look-up", state: "done" }));
    const blind = factsWith({ instance: null });
    expect(planOf(looked, blind)).toMatchObject({ mode: "observe", because: expect.stringContaining("seen before") });
    expect(planOf({ ...looked, plannedFrom: null }, blind).mode).toBe("act");
    expect(planOf({ ...looked, mode: "act" }, blind).mode).toBe("act");
    expect(planOf(looked, factsWith()).mode).toBe("act");
    expect(planOf(looked, { ...blind, clusterTags: { "spotkeeper:enabled": "true" } }).mode).toBe("act");
  });

  test("a recommendation is drained at once if the policy says so, and replaced by nobody", () => {
    const plan = planOf(bodyOf(rebalance(0)), factsWith(), { onRebalance: "drain", replace: "raise" });
    expect(responders(plan)).toEqual(expect.arrayContaining(["deregister-target", "set-draining"]));
    expect(responders(plan)).not.toContain("ask-replacement");
  });

  test("a notice about an earlier life says so, and one that did not come true", () => {
    const { instance } = factsWith();
    const started = factsWith({ instance: { ...instance!, launchTime: T0 + 5_000 }, instanceAsOf: T0 + 9_000 });
    expect(planOf(bodyOf(warning(0)), started).because).toContain("started at 2026-11-20T12:00:05.000Z");
    const late = bodyOf(warning(0, { receivedAt: T0 + 400_000 }));
    expect(planOf(late, factsWith({ instanceAsOf: T0 + 400_000 })).because).toContain("should long have come true");
  });
});

describe("a replacement", () => {
  const raise: Partial<Actions> = { replace: "raise" };

  test("is asked for with the policy's limits, and released to its group when the instance has drained", () => {
    const plan = planOf(bodyOf(warning(0)), factsWith(), { ...raise, onDemand: { lasts: 9, most: 2 } });
    expect(stepIn(plan, "replace")).toMatchObject({
      abandonAt: DEADLINE + 900_000,
      params: {
        by: "raise",
        early: false,
        group: "web",
        cap: 0.2,
        cooldown: 60_000,
        within: 600_000,
        onDemand: { lasts: 9, most: 2 },
        recommended: false,
      },
    });
    const release = stepIn(plan, "release");
    expect(release?.params).toEqual({ group: "web" });
    expect(release?.after).toEqual(expect.arrayContaining(["look-up", "look-closer", "drain", "deregister:*"]));
    expect(release?.after).not.toContain("replace");
  });

  test("of a recommendation is early, and always raises the group", () => {
    const early = planOf(bodyOf(rebalance(0)), factsWith(), { onRebalance: "replace", replace: "detach" });
    expect(stepIn(early, "replace")?.params).toMatchObject({
      by: "raise",
      early: true,
      recommended: true,
      onDemand: null,
    });
    expect(stepIn(planOf(bodyOf(rebalance(0), warning(9_000)), factsWith(), raise), "replace")?.params).toMatchObject({
      early: false,
      recommended: true,
    });
  });

  test("that was refused early is asked for again on the warning, and not before", () => {
    const refused = stepOf("replace", { responder: "ask-replacement", state: "skipped", receipt: { early: true } });
    const after = withSteps(bodyOf(rebalance(0), warning(9_000)), refused);
    const asked = (body: Incident): string[] =>
      planOf(body, factsWith(), { ...raise, onRebalance: "replace" })
        .steps.filter(({ responder }) => responder === "ask-replacement")
        .map(({ id }) => id);
    expect(asked(after)).toEqual(["replace:again"]);
    expect(asked(withSteps(after, { ...refused, receipt: { early: false } }))).toEqual(["replace"]);
    expect(asked(withSteps(after, { ...refused, receipt: null }))).toEqual(["replace"]);
    expect(asked(withSteps(after, { ...refused, state: "done" }))).toEqual(["replace"]);
    expect(asked(withSteps(bodyOf(rebalance(0)), refused))).toEqual(["replace"]);
  });

  test("that was begun is finished as it was begun, also if the policy has none now", () => {
    const begun = stepOf("replace", { responder: "ask-replacement", state: "done", params: { by: "detach" } });
    expect(stepIn(planOf(withSteps(bodyOf(warning(0)), begun)), "replace")?.params["by"]).toBe("detach");
    const other = stepOf("drain", { state: "done" });
    expect(responders(planOf(withSteps(bodyOf(warning(0)), other)))).not.toContain("ask-replacement");
  });

  test("is not asked for without a group, nor for a task", () => {
    expect(responders(planOf(bodyOf(warning(0)), factsWith({ groupName: null }), raise))).not.toContain(
      "ask-replacement",
    );
    expect(responders(planOf(bodyOf(fargate(0, "RUNNING")), factsWith(), raise))).not.toContain("ask-replacement");
  });

  test("is looked for where a group launches it, and with On-Demand only if one is wanted", () => {
    const onDemand = { lasts: 9, most: 2 };
    const verify = (body: Incident, facts = factsWith()): PlannedStep | undefined =>
      stepIn(planOf(body, facts, { onDemand }), "verify-replacement");
    expect(verify(bodyOf(warning(0)))).toMatchObject({
      after: ["verify-gone"],
      params: { group: "web", onDemand, since: HEARD },
    });
    expect(verify(bodyOf(terminating(0)))?.params).toHaveProperty("onDemand");
    expect(verify(bodyOf(scheduled(0, 7_200_000)))?.params).not.toHaveProperty("onDemand");
    expect(verify(bodyOf(warning(0)), factsWith({ groupName: null }))).toBeUndefined();
    expect(stepIn(planOf(bodyOf(warning(0)), null), "verify-replacement")?.params["group"]).toBeNull();
  });
});

describe("all that serves is deregistered", () => {
  test("Classic load balancers, VPC Lattice and Cloud Map, each by its own step", () => {
    const facts = factsWith({
      classicLoadBalancers: ["old"],
      latticeTargets: [{ targetGroup: "arn:aws:vpc-lattice:us-east-1:1:targetgroup/tg-1", id: "i-1", port: 80 }],
      discovery: [{ serviceId: "srv-1", instanceId: "t1", attributes: { a: "b" } }],
    });
    const plan = planOf(bodyOf(warning(0)), facts);
    const params = plan.steps
      .filter(({ id }) => /^deregister:(classic|lattice|discovery)/.test(id))
      .map((one) => one.params);
    expect(params).toEqual([
      { loadBalancer: "old", instanceId: "i-0abcdef1234567890" },
      { targetGroup: "arn:aws:vpc-lattice:us-east-1:1:targetgroup/tg-1", id: "i-1", port: 80 },
      { serviceId: "srv-1", instanceId: "t1", attributes: { a: "b" } },
    ]);
    expect(responders(planOf(bodyOf(warning(0)), { ...facts, instance: null, ...{ complete: false } }))).not.toContain(
      "deregister-classic",
    );
    expect(responders(planOf(bodyOf(warning(0)), facts, { deregister: false })).join()).not.toMatch(
      /deregister|look-around/,
    );
  });

  test("the look-around comes after the first action, or at once if there is nothing to do", () => {
    const around = (body: Incident, facts = factsWith()): PlannedStep | undefined =>
      stepIn(planOf(body, facts), "look-around");
    expect(around(bodyOf(warning(0)))).toMatchObject({ notBefore: HEARD + 2_000, abandonAt: HEARD + 20_000 });
    expect(around({ ...bodyOf(warning(0)), firstActionAt: HEARD })?.notBefore).toBeNull();
    expect(around(bodyOf(warning(0)), factsWith({ targets: [], containerInstances: [] }))?.notBefore).toBeNull();
    expect(around(bodyOf(warning(0)), factsWith({ place: null }))).toBeUndefined();
    expect(around(bodyOf(fargate(0, "RUNNING")))).toBeUndefined();
  });

  test("a hold that still waits is kept, though there is another healthy target now", () => {
    const hold = stepOf("hold:web/0123456789abcdef", { responder: "hold-last", params: { targetGroupArn: GROUP_ARN } });
    const held = (body: Incident, actions: Partial<Actions> = {}): boolean =>
      responders(planOf(body, factsWith(), actions)).includes("hold-last");
    expect(held(withSteps(bodyOf(warning(0)), hold))).toBe(true);
    expect(held(withSteps(bodyOf(warning(0)), { ...hold, state: "done" }))).toBe(false);
    expect(held(withSteps(bodyOf(warning(0)), { ...hold, responder: "heartbeat" }))).toBe(false);
    expect(held(withSteps(bodyOf(warning(0)), hold), { holdLast: false })).toBe(false);
  });

  test("DRAINING waits for the held target only if ECS would stop the last task", () => {
    const service = (over: object): Facts["services"] =>
      [
        { name: "web", daemon: false, desired: 1, minimumHealthyPercent: 0, targets: [], ...over },
      ] as unknown as Facts["services"];
    const [target] = factsWith().targets;
    const after = (over: object, healthyElsewhere = 0): readonly string[] | undefined =>
      stepIn(
        planOf(bodyOf(warning(0)), factsWith({ targets: [{ ...target!, healthyElsewhere }], services: service(over) })),
        "drain",
      )?.after;
    expect(after({})).toEqual(["hold:*"]);
    expect(after({ minimumHealthyPercent: 50 })).toEqual([]);
    expect(after({ daemon: true })).toEqual([]);
    expect(after({}, 1)).toEqual([]);
  });
});
