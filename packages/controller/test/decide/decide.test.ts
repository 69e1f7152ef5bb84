import { describe, expect, test } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { Actions, Policy } from "../../src/decide/policy.ts";
import { launching, rebalance, scheduled, state, T0, terminating, warning, fargate } from "../correlate/support.ts";
import { GROUP_ARN, factsWith, incidentOf, reclaimed, stepOf } from "../respond/support.ts";

const withActions = (over: Partial<Actions>): Policy => ({
  ...defaultPolicy,
  defaults: { ...defaultActions, ...over },
});
const idsOf = (plan: ReturnType<typeof decide>): string[] => plan.steps.map((step) => step.id);
const ourHook = { hook: "graceful-shutdown-hook" };

test("a warning: tell, look up, deregister and drain side by side, wait, verify", () => {
  const plan = decide(incidentOf(warning(0)).body, factsWith(), defaultPolicy);
  expect(idsOf(plan)).toEqual([
    "tell",
    "look-up",
    "look-closer",
    "deregister:web/0123456789abcdef",
    "drain",
    "look-around",
    "await-targets",
    "drain-tasks",
    "verify-gone",
    "verify-replacement",
  ]);
  const side = plan.steps.filter((step) => step.responder === "deregister-target" || step.responder === "set-draining");
  expect(side.every((step) => step.after.length === 0)).toBe(true);
});

test("waits end at the deadline less the margin; a late message still gets its safe writes", () => {
  const plan = decide(incidentOf(warning(0)).body, factsWith(), withActions({ margin: 7_000 }));
  expect(plan.steps.find((step) => step.id === "await-targets")?.abandonAt).toBe(T0 + 113_000);
  const late = incidentOf({ ...warning(0), receivedAt: T0 + 300_000 });
  const drain = decide(late.body, factsWith({ instanceAsOf: T0 + 300_000 }), defaultPolicy).steps.find(
    (step) => step.id === "drain",
  );
  expect(drain?.abandonAt).toBeGreaterThan(T0 + 300_000);
});

describe("hooks", () => {
  test("ours is completed after the waits, with heartbeats", () => {
    const plan = decide(incidentOf(terminating(0, ourHook)).body, factsWith(), defaultPolicy);
    const complete = plan.steps.find((step) => step.responder === "complete-lifecycle");
    expect(complete?.after).toEqual([
      "look-up*",
      "look-around",
      "await-targets",
      "drain-tasks",
      "heartbeat:graceful-shutdown-hook",
    ]);
  });
  test.each([
    ["somebody else's", { hook: "log-shipper" }, false],
    ["somebody else's that notifies our queue", { hook: "log-shipper", direct: true }, true],
    ["ECS's own, whatever its path", { hook: "ecs-managed-draining-termination-hook", direct: true }, false],
  ])("%s", (_name, hook, completed) => {
    const plan = decide(incidentOf(terminating(0, hook)).body, factsWith(), defaultPolicy);
    expect(plan.steps.some((step) => step.responder === "complete-lifecycle")).toBe(completed);
  });
  test("a hook that is heard of when the waits of a warning are over is not held", () => {
    const facts = factsWith({ targets: [], containerInstances: [] });
    const { body } = incidentOf(warning(0), terminating(115_000, ourHook));
    expect(idsOf(decide(body, facts, defaultPolicy)).filter((id) => id.startsWith("await-work"))).toEqual([]);
  });
  test("a launching hook of ours is completed at once", () => {
    expect(idsOf(decide(incidentOf(launching(0, ourHook)).body, factsWith(), defaultPolicy))).toEqual([
      "look-up",
      "complete:graceful-shutdown-hook:launching",
    ]);
  });
});

test("a return to the warm pool is drained and completed, and nobody is told", () => {
  const plan = decide(
    incidentOf(terminating(0, { ...ourHook, destination: "WarmPool" })).body,
    factsWith(),
    defaultPolicy,
  );
  expect(idsOf(plan)).toContain("complete:graceful-shutdown-hook:terminating");
  expect(idsOf(plan)).not.toContain("tell");
});

test("the last healthy target is held, and let go at the last safe moment", () => {
  const [target] = factsWith().targets;
  const facts = factsWith({ targets: [{ ...target!, healthyElsewhere: 0 }] });
  const plan = decide(incidentOf(warning(0)).body, facts, defaultPolicy);
  const hold = plan.steps.find((step) => step.responder === "hold-last");
  expect(hold?.params["until"]).toBe(T0 + 95_000);
  expect(plan.steps.find((step) => step.responder === "deregister-target")?.after).toEqual([hold?.id]);
  expect(plan.steps.find((step) => step.responder === "set-draining")?.after).toEqual([]);
  const unknown = factsWith({ targets: [{ ...target!, healthyElsewhere: null }] });
  expect(idsOf(decide(incidentOf(warning(0)).body, unknown, defaultPolicy)).some((id) => id.startsWith("hold"))).toBe(
    false,
  );
});

test("the last safe moment is a whole millisecond, also where a warning comes late", () => {
  const [target] = factsWith().targets;
  const facts = factsWith({ targets: [{ ...target!, healthyElsewhere: 0 }] });
  const late = warning(0, { receivedAt: T0 + 100_001 });
  const hold = decide(incidentOf(late).body, facts, defaultPolicy).steps.find((one) => one.responder === "hold-last");
  expect(hold?.params["until"]).toSatisfy(Number.isInteger);
});

test("a scheduled event weeks away is drained shortly before it, not now", () => {
  const weeks = 21 * 86_400_000;
  const plan = decide(incidentOf(scheduled(0, weeks)).body, factsWith(), defaultPolicy);
  expect(plan.steps.find((step) => step.id === "drain")?.notBefore).toBe(T0 + weeks - defaultActions.scheduledLead);
  expect(plan.steps.find((step) => step.id === "tell")?.notBefore).toBeNull();
});

describe("a rebalance recommendation", () => {
  test.each([
    ["ignore", []],
    ["alert", ["tell", "look-up", "look-closer", "verify-gone", "verify-replacement"]],
    ["replace", ["tell", "look-up", "look-closer", "replace", "verify-gone", "verify-replacement"]],
  ] as const)("%s", (onRebalance, ids) => {
    expect(idsOf(decide(incidentOf(rebalance(0)).body, factsWith(), withActions({ onRebalance })))).toEqual(ids);
  });
  test("drains only once its replacement serves", () => {
    const doc = incidentOf(rebalance(0));
    const asked = decide(doc.body, factsWith(), withActions({ onRebalance: "replace" }));
    const replace = { ...asked.steps.find((step) => step.id === "replace")!, attempts: 1, state: "done" as const };
    const served = { retryAt: null, startedAt: T0, settledAt: T0 + 200_000, reason: null, receipt: null };
    const body = { ...doc.body, steps: [{ ...replace, ...served }] };
    const plan = decide(body, factsWith(), withActions({ onRebalance: "replace" }));
    expect(idsOf(plan)).toContain("drain");
    expect(plan.steps.find((step) => step.id === "await-targets")?.abandonAt).toBe(T0 + 200_000 + 300_000 - 10_000);
  });
});

test.each([
  ["a tag opts out", factsWith({ group: null, clusterTags: { "spotkeeper:enabled": "false" } }), defaultPolicy],
  ["it is Karpenter's", factsWith({ owner: "karpenter", ownerBecause: "tag karpenter.sh/nodepool" }), defaultPolicy],
  [
    "a rule says so",
    factsWith(),
    { ...defaultPolicy, rules: [{ name: "not-web", match: { group: "we?" }, do: { act: false } }] },
  ],
  ["opt-in is required", factsWith(), { ...defaultPolicy, tag: { name: "spotkeeper:enabled", required: true } }],
])("observed only: %s", (_name, facts, policy) => {
  const plan = decide(incidentOf(warning(0)).body, facts, policy);
  expect(plan.mode).toBe("observe");
  expect(plan.because).not.toBeNull();
  expect(
    plan.steps.every((step) => ["join-alert", "look-up", "verify-gone", "verify-replacement"].includes(step.responder)),
  ).toBe(true);
});

test("hands on: a rule may take over what belongs to somebody else", () => {
  const policy = {
    ...defaultPolicy,
    rules: [{ name: "mine", match: { owner: "karpenter" }, do: { handsOn: true } }],
  };
  expect(decide(incidentOf(warning(0)).body, factsWith({ owner: "karpenter" }), policy)).toMatchObject({
    mode: "act",
    rule: "mine",
  });
});

test("the first rule that matches wins, key by key", () => {
  const rules = [
    { name: "first", match: { region: "us-*" }, do: { margin: 1_000 } },
    { name: "second", match: { group: ["web", "api"] }, do: { margin: 9_000, drain: false } },
    { name: "third", match: { group: "!web" }, do: { deregister: false } },
  ];
  const plan = decide(incidentOf(warning(0)).body, factsWith(), { ...defaultPolicy, rules });
  expect(plan.rule).toBe("first + second");
  expect(idsOf(plan)).not.toContain("drain");
  expect(plan.steps.find((step) => step.id === "await-targets")?.abandonAt).toBe(T0 + 119_000);
});

test("a rule that names what is not known does not match", () => {
  const rules = [{ name: "web", match: { group: "web" }, do: { act: false } }];
  expect(
    decide(incidentOf(warning(0)).body, factsWith({ groupName: null, group: null }), { ...defaultPolicy, rules }).mode,
  ).toBe("act");
});

test("a Fargate task is deregistered and seen off, and no container instance is drained", () => {
  const facts = factsWith({ containerInstances: [], groupName: null });
  const plan = decide(incidentOf(fargate(0, "RUNNING")).body, facts, defaultPolicy);
  expect(plan.threat).toBe("task-stop");
  expect(idsOf(plan)).toEqual([
    "tell",
    "look-up",
    "look-closer",
    `deregister:web/0123456789abcdef`,
    "await-targets",
    "verify-gone",
  ]);
  expect(plan.steps[3]?.params["targetGroupArn"]).toBe(GROUP_ARN);
});

test("an end that nobody warned of is deregistered and drained too, without a replacement of ours", () => {
  const plan = decide(
    incidentOf(state("shutting-down", 0)).body,
    factsWith({ instance: reclaimed }),
    withActions({ replace: "detach" }),
  );
  expect(plan.threat).toBe("ending");
  expect(idsOf(plan)).toContain("drain");
  expect(idsOf(plan)).not.toContain("replace");
});

test("without facts (explain) each stage is one outline step", () => {
  const plan = decide(incidentOf(warning(0)).body, null, withActions({ replace: "raise" }));
  expect(idsOf(plan)).toEqual([
    "tell",
    "look-up",
    "look-closer",
    "deregister",
    "drain",
    "replace",
    "look-around",
    "await-targets",
    "drain-tasks",
    "release",
    "verify-gone",
    "verify-replacement",
  ]);
});

describe("whose it is, and what its tags say, is not known yet", () => {
  const unknown = factsWith({ instance: null, complete: false });
  test("nothing is touched before the look-up has answered, though the container instance is known", () => {
    const plan = decide(incidentOf(warning(0), terminating(1_000, ourHook)).body, unknown, defaultPolicy);
    expect(idsOf(plan)).toEqual(["tell", "look-up", "look-closer"]);
  });
  test("it goes on with what is known once the look-up has given up", () => {
    const doc = incidentOf(warning(0));
    const steps = [stepOf("look-up", { responder: "look-up", state: "done" })];
    expect(idsOf(decide({ ...doc.body, steps }, unknown, defaultPolicy))).toContain("drain");
  });
  test("a hook of ours waits for the look-up: what there is to wait for is not known", () => {
    const doc = incidentOf(terminating(0, ourHook));
    const plan = decide(doc.body, factsWith({ containerInstances: [], targets: [] }), defaultPolicy);
    expect(plan.steps.find((step) => step.responder === "complete-lifecycle")?.after).toContain("look-up*");
  });
});

test("an end that a person or a scale-in brings is told by nobody and drained by nobody", () => {
  const plan = decide(incidentOf(state("stopping", 0)).body, factsWith(), defaultPolicy);
  expect(idsOf(plan)).not.toContain("drain");
});

test("a hook that asks twice in one incident is answered twice", () => {
  const doc = incidentOf(
    terminating(0, { ...ourHook, destination: "WarmPool" }),
    terminating(60_000, { ...ourHook, token: "t-2" }),
  );
  const answers = decide(doc.body, factsWith(), defaultPolicy).steps.filter(
    (step) => step.responder === "complete-lifecycle",
  );
  expect(answers.map((step) => step.params["token"])).toEqual(["t-1", "t-2"]);
  expect(new Set(answers.map((step) => step.id)).size).toBe(2);
});

describe("a command on the instance", () => {
  const ssm = { document: null, parameters: {}, parameterPath: "/spotkeeper/{group}/drain" };
  const planOf = (facts = factsWith(), incident = incidentOf(warning(0))): ReturnType<typeof decide> =>
    decide(incident.body, facts, withActions({ ssm }));

  test("is sent at once, with what is kept for its group, and waited for", () => {
    const [command, wait] = planOf().steps.filter(({ id }) => id.endsWith("command"));
    expect(command).toMatchObject({
      responder: "ssm-run-command",
      after: [],
      params: { instanceId: "i-0abcdef1234567890", parameterPath: "/spotkeeper/web/drain" },
      abandonAt: T0 + 120_000,
      waitsUntil: T0 + 110_000,
    });
    expect(wait).toMatchObject({ responder: "await-command", after: ["command"], abandonAt: T0 + 110_000 });
    const asked = incidentOf(warning(0), terminating(5_000, ourHook));
    const complete = planOf(factsWith(), asked).steps.find(({ responder }) => responder === "complete-lifecycle");
    expect(complete?.after).toEqual(expect.arrayContaining(["command", "await-command"]));
  });

  test.each(["a b", "x}${env:HOME", null])("a group named %j has no parameter", (groupName) => {
    const command = planOf(factsWith({ groupName })).steps.find(({ id }) => id === "command");
    expect(command?.params["parameterPath"]).toBeNull();
  });

  test("is not sent to a Fargate task, which has no instance", () => {
    expect(idsOf(planOf(factsWith(), incidentOf(fargate(0, "RUNNING"))))).not.toContain("command");
  });
});

test.each([90_001, 100_001, 109_999, 300_001])(
  "every moment of a plan is a whole millisecond, however little time is left: heard after %i ms",
  (late) => {
    const [target] = factsWith().targets;
    const facts = factsWith({ targets: [{ ...target!, healthyElsewhere: 0 }], instanceAsOf: T0 + late });
    const plan = decide(incidentOf({ ...warning(0), receivedAt: T0 + late }).body, facts, defaultPolicy);
    const moments = plan.steps.flatMap(({ notBefore, abandonAt, params }) => [notBefore, abandonAt, params["until"]]);
    expect(moments.filter((at) => typeof at === "number" && !Number.isInteger(at))).toEqual([]);
  },
);
