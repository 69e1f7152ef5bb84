import type { Fault } from "../faults.ts";

/** What is raised, detached and retired in a group. */
export const FAULTS_OF_CAPACITY: readonly Fault[] = [
  {
    name: "a recommendation detaches",
    loses: "a healthy target is taken away on a mere recommendation, before its replacement serves",
    needs: ["recommendations replace", "replaced by detach"],
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
    loses: "a service has no healthy target while the replacement of the detached instance starts",
    needs: ["replaced by detach"],
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
    loses: "a healthy instance is terminated on a recommendation, with nothing in its place",
    needs: ["recommendations replace"],
    changes: [
      { code: `if (reason !== null && one.recommended && one.by === "raise") {`, instead: `if (reason === "") {` },
    ],
  },
  {
    name: "Detaching is capacity",
    loses: "a replacement counts as done while it has yet to come",
    changes: [{ code: `Detaching: "detaching",`, instead: `Detaching: "in-service",` }],
  },
  {
    name: "one that left fails the whole detach",
    loses: "none of a batch is replaced, because one of it has left its group",
    needs: ["replaced by detach"],
    changes: [{ code: "if (gone.length === 0) throw error;", instead: "if (gone.length >= 0) throw error;" }],
  },
  {
    name: "weights are not counted",
    loses: "a weighted group is raised and lowered for nothing, since its replacement never seems to serve",
    needs: ["weighted group"],
    changes: [{ code: "members.reduce((sum, one) => sum + (one.units ?? 0), 0);", instead: "members.length;" }],
  },
  {
    name: "the raise of a weighted group is one",
    loses: "a weighted group is left with more, or less, than it had",
    needs: ["weighted group", "replaced by raise"],
    changes: [
      {
        code: `view.instances[one?.instanceId ?? ""]?.units ?? 1;`,
        instead: `(one?.instanceId ?? "") === "" ? 0 : 1;`,
      },
    ],
  },
  {
    name: "the idle half of a pair counts",
    loses: "a replacement never seems to serve, because a target group that nothing uses lists it as unused",
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
    loses: "a raise whose answer was lost is written again, and stays",
    needs: ["replaced by raise"],
    changes: [
      {
        code: "body.steps.some((step) => !isSettled(step) && (ALONE.has(step.responder) || isBegun(step)));",
        instead: "body.steps.length < 0;",
      },
    ],
  },
  {
    name: "a raise that is called off is not lowered",
    loses: "a group is left with an instance too many",
    needs: ["replaced by raise"],
    changes: [
      {
        code: `const called = all.filter((one) => one.state === "lowering" && one.raised > 0);`,
        instead: "const called: Replacement[] = [];",
      },
    ],
  },
  {
    name: "what a person set is lowered",
    loses: "a desired capacity that a person set meanwhile is overwritten",
    needs: ["replaced by raise", "a person sets desired capacity"],
    changes: [
      {
        code: "if (group === null || !isOurs(step, group)) return confirmed(step, seen, ctx) ?? theirs(seen);",
        instead: "if (group === null) return theirs(seen);",
      },
    ],
  },
  {
    name: "retired without decrement",
    loses: "desired capacity stays raised",
    needs: ["replaced by raise"],
    changes: [{ code: "const decrement = units > 0 && asExpected;", instead: "const decrement = false;" }],
  },
  {
    name: "a detached instance is left running",
    loses: "an instance outside of every group is billed until somebody sees it",
    needs: ["replaced by detach"],
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
    loses: "a group is left with On-Demand capacity for good",
    needs: ["On-Demand for a time"],
    changes: [
      {
        code: `return plan(body, { id: LOWER, responder: "set-on-demand-base", params, abandonAt: now + PAY_WITHIN });`,
        instead: "return body;",
      },
    ],
  },
  {
    name: "a suspended Launch process is not seen",
    loses: "an instance is taken out that nothing replaces",
    needs: ["suspended process"],
    changes: [
      { code: `if (view.suspended.includes("Launch")) return`, instead: `if (view.suspended.includes("-")) return` },
    ],
  },
  {
    name: "scale-in protection is not seen",
    loses: "an instance that somebody has protected is terminated",
    needs: ["scale-in protection", "replaced by raise"],
    changes: [
      {
        code: `if (by === "raise" && instance.protected) return`,
        instead: `if (by === "raise" && view.max < 0) return`,
      },
    ],
  },
];
