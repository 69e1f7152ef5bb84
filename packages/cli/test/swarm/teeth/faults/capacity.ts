import type { Fault } from "../faults.ts";
import { befalls, beginsWith, both, CANCELLED, isQuiet, mayDoAll, RECOMMENDED, WARNINGS } from "./worlds.ts";

/** What is raised, detached and retired in a group. */
export const FAULTS_OF_CAPACITY: readonly Fault[] = [
  {
    name: "a recommendation detaches",
    test: "packages/controller/test/flow/replace-safely.test.ts",
    seed: 134,
    loses: "a healthy target is taken away on a mere recommendation, before its replacement serves",
    needs: ["recommendations replace", "replaced by detach"],
    where: both(
      mayDoAll,
      beginsWith(RECOMMENDED, ({ suspended }) => suspended.length === 0),
    ),
    changes: [
      {
        code: `const asking: PlanInput = { ...input, actions: { ...actions, replace: "raise" } };`,
        instead: "const asking: PlanInput = input;",
      },
    ],
  },
  {
    name: "a recommendation drains at once",
    loses: "an instance is emptied on a mere recommendation, before its replacement serves",
    needs: ["recommendations replace"],
    changes: [
      {
        code: `const replaced = input.incident.steps.some((step) => step.id === "replace" && step.state === "done");`,
        instead: "const replaced = input.incident.steps.length >= 0;",
      },
    ],
  },
  {
    name: "the last healthy one is detached",
    test: "packages/controller/test/flow/replace-safely.test.ts",
    missed: "not hunted to the end: one world in seven hundred has what it needs",
    loses: "a service has no healthy target while the replacement of the detached instance starts",
    needs: ["replaced by detach"],
    where: both(
      mayDoAll,
      beginsWith(
        [...WARNINGS, ...CANCELLED],
        (one) => one.targetGroups.length > 0 && one.desired <= 2 && one.suspended.length === 0,
      ),
    ),
    changes: [
      {
        code: `const last = by === "detach" ? view.last[one.instanceId] : undefined;`,
        instead: "const last = undefined;",
      },
      {
        code: `const last = await lastOf(text(step, "group"), left, ctx);`,
        instead: "const last: { readonly [id: string]: string } = {};",
      },
    ],
  },
  {
    name: "a replacement that never serves retires the old one",
    test: "packages/controller/test/flow/replace-safely.test.ts",
    missed: "not hunted to the end: one world in five hundred has what it needs",
    loses: "a healthy instance is terminated on a recommendation, with nothing in its place",
    needs: ["recommendations replace", "recommendation where Spot has no capacity"],
    where: both(
      mayDoAll,
      befalls(
        RECOMMENDED,
        ({ suspended, capacityRebalance, room }) => suspended.length === 0 && !capacityRebalance && room > 0,
      ),
    ),
    changes: [
      { code: `if (reason !== null && one.recommended && one.by === "raise") {`, instead: `if (reason === "") {` },
    ],
  },
  {
    name: "Detaching is capacity",
    test: "packages/controller/test/respond/member.test.ts",
    missed: "no invariant looks at a replacement that is told some seconds too early",
    loses: "a replacement counts as done while it has yet to come",
    needs: ["replaced by detach"],
    changes: [{ code: `Detaching: "detaching",`, instead: `Detaching: "in-service",` }],
  },
  {
    name: "one that left fails the whole detach",
    test: "packages/controller/test/respond/detach-instances.test.ts",
    missed: "no world has a batch of which one leaves within a second",
    loses: "none of a batch is replaced, because one of it has left its group",
    needs: ["replaced by detach"],
    changes: [{ code: "if (gone.length === 0) throw error;", instead: "if (gone.length >= 0) throw error;" }],
  },
  {
    name: "weights are not counted",
    test: "packages/controller/test/respond/serving.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "a weighted group is raised and lowered for nothing, since its replacement never seems to serve",
    needs: ["weighted group"],
    where: both(
      isQuiet,
      befalls(WARNINGS, ({ weighted }) => weighted),
    ),
    changes: [{ code: "members.reduce((sum, one) => sum + (one.units ?? 0), 0);", instead: "members.length;" }],
  },
  {
    name: "the raise of a weighted group is one",
    test: "packages/controller/test/flow/weights.test.ts",
    missed: "not hunted to the end: one world in five hundred has what it needs",
    loses: "a weighted group is left with more, or less, than it had",
    needs: ["weighted group", "replaced by raise"],
    where: both(
      mayDoAll,
      beginsWith(
        [...RECOMMENDED, ...WARNINGS, ...CANCELLED],
        ({ weighted, suspended }) => weighted && suspended.length === 0,
      ),
    ),
    changes: [
      {
        code: `view.instances[one?.instanceId ?? ""]?.units ?? 1;`,
        instead: `(one?.instanceId ?? "") === "" ? 0 : 1;`,
      },
    ],
  },
  {
    name: "the idle half of a pair counts",
    test: "packages/controller/test/respond/serving.test.ts",
    seed: 2083,
    loses: "a replacement never seems to serve, because a target group that nothing uses lists it as unused",
    needs: ["target group that no load balancer uses"],
    where: both(isQuiet, (world) =>
      befalls(WARNINGS, (group) =>
        world.targetGroups.some(({ name, balancer }) => balancer === null && group.targetGroups.includes(name)),
      )(world),
    ),
    changes: [{ code: ".filter((health) => !isIdle(health))", instead: ".filter((health) => health.length >= 0)" }],
  },
  {
    name: "the groups of a raise are not compared at the end",
    loses: "desired capacity stays raised where an answer was lost",
    needs: ["replaced by raise"],
    changes: [
      {
        code: "if (body.baseline === null || all.some((one) => one.raised > 0)) return body;",
        instead: "if (body.baseline === null || all.length >= 0) return body;",
      },
    ],
  },
  {
    name: "several writes to a group at once",
    test: "packages/controller/test/respond/capacity.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "a raise whose answer was lost is written again, and stays",
    needs: ["replaced by raise"],
    where: both(mayDoAll, ({ faults }) =>
      faults.some(
        ({ operation }) => operation === "SetDesiredCapacity" || operation === "TerminateInstanceInAutoScalingGroup",
      ),
    ),
    changes: [
      {
        code: "body.steps.some((step) => !isSettled(step) && (ALONE.has(step.responder) || isBegun(step)));",
        instead: "body.steps.length < 0;",
      },
    ],
  },
  {
    name: "a raise that is called off is not lowered",
    test: "packages/controller/test/respond/capacity.test.ts",
    missed: "not hunted to the end: one world in five hundred has what it needs",
    loses: "a group is left with an instance too many",
    needs: ["recommendations replace", "recommendation where Spot has no capacity"],
    where: both(
      mayDoAll,
      befalls(
        RECOMMENDED,
        ({ suspended, capacityRebalance, room }) => suspended.length === 0 && !capacityRebalance && room > 0,
      ),
    ),
    changes: [
      {
        code: `const called = all.filter((one) => one.state === "lowering" && one.raised > 0);`,
        instead: "const called: Replacement[] = [];",
      },
    ],
  },
  {
    name: "what a person set is lowered",
    test: "packages/controller/test/respond/capacity-writes.test.ts",
    missed: "4 worlds that had what it needs did not show it",
    loses: "a desired capacity that a person set meanwhile is overwritten",
    needs: ["recommendations replace", "recommendation where Spot has no capacity", "a person sets desired capacity"],
    where: both(
      mayDoAll,
      befalls(
        RECOMMENDED,
        ({ suspended, capacityRebalance, room }) => suspended.length === 0 && !capacityRebalance && room > 0,
      ),
    ),
    changes: [
      {
        code: "if (group === null || !isOurs(step, group)) return confirmed(step, seen, ctx) ?? theirs(seen);",
        instead: "if (group === null) return theirs(seen);",
      },
    ],
  },
  {
    name: "retired without decrement",
    test: "packages/controller/test/respond/capacity-writes.test.ts",
    missed: "what was raised is lowered by the call that follows",
    loses: "desired capacity stays raised",
    needs: ["replaced by raise"],
    where: both(
      mayDoAll,
      isQuiet,
      beginsWith([...WARNINGS, ...RECOMMENDED], ({ suspended }) => suspended.length === 0),
    ),
    changes: [{ code: "const decrement = units > 0 && asExpected;", instead: "const decrement = false;" }],
  },
  {
    name: "a detached instance is left running",
    test: "packages/controller/test/flow/replacement.test.ts",
    missed: "not hunted to the end: one world in four hundred has what it needs",
    loses: "an instance outside of every group is billed until somebody sees it",
    needs: ["replaced by detach"],
    where: both(
      mayDoAll,
      beginsWith(CANCELLED, ({ suspended }) => suspended.length === 0),
    ),
    changes: [
      {
        code: `if (one.state === "retiring" && one.by === "detach" && isKnown(next, one) && !isRetired(next, one)) {`,
        instead: `if (one.state === "retiring" && one.by === "detach" && now < 0) {`,
      },
    ],
  },
  {
    name: "what is retained is not ended",
    loses: "an instance whose terminating hook was abandoned is billed until somebody sees it",
    changes: [{ code: "if (!isRetained(incident)) return [];", instead: "if (incident.openedAt > 0) return [];" }],
  },
  {
    name: "On-Demand is not lowered again",
    test: "packages/controller/test/flow/on-demand.test.ts",
    missed: "not hunted to the end: one world in two hundred has what it needs",
    loses: "a group is left with On-Demand capacity for good",
    needs: ["On-Demand for a time", "no more Spot capacity"],
    where: both(
      mayDoAll,
      befalls(
        [...WARNINGS, ...RECOMMENDED, ...CANCELLED],
        ({ mixed, weighted, suspended }) => mixed && !weighted && suspended.length === 0,
      ),
    ),
    changes: [
      {
        code: `return plan(body, { id: LOWER, responder: "set-on-demand-base", params, abandonAt: now + PAY_WITHIN });`,
        instead: "return body;",
      },
    ],
  },
  {
    name: "a suspended Launch process is not seen",
    test: "packages/controller/test/respond/group.test.ts",
    seed: 4681,
    loses: "an instance is taken out that nothing replaces",
    needs: ["suspended process", "replaced by detach"],
    where: both(
      mayDoAll,
      beginsWith(
        [...WARNINGS, ...CANCELLED],
        ({ suspended, targetGroups }) =>
          suspended.includes("Launch") && (targetGroups.length === 0 || !suspended.includes("AddToLoadBalancer")),
      ),
    ),
    changes: [
      { code: `if (view.suspended.includes("Launch")) return`, instead: `if (view.suspended.includes("-")) return` },
    ],
  },
  {
    name: "scale-in protection is not seen",
    test: "packages/controller/test/respond/group.test.ts",
    seed: 1530,
    loses: "an instance that somebody has protected is terminated",
    needs: ["replaced by raise"],
    where: both(
      mayDoAll,
      beginsWith(
        [...RECOMMENDED, ...CANCELLED],
        (one) => one.protectNew && !one.managedProtection && !one.managedScaling && one.suspended.length === 0,
      ),
    ),
    changes: [
      {
        code: `if (by === "raise" && instance.protected) return`,
        instead: `if (by === "raise" && view.max < 0) return`,
      },
    ],
  },
];
