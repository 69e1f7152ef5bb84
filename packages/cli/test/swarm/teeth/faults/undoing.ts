import type { Fault } from "../faults.ts";
import { befalls, befallsTasks, both, CANCELLED, isAnswered, mayDoAll, mayNotDrain } from "./worlds.ts";

/** What is put back after a notice that was not followed by an interruption. */
export const FAULTS_OF_UNDOING: readonly Fault[] = [
  {
    name: "what others did is undone too",
    test: "packages/controller/test/flow/undo.test.ts",
    seed: 1309,
    loses: "a target that a person took out of service, to look into it, is put back",
    needs: ["cancelled notice about an instance that a person changed"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(["a person sets it DRAINING"], ({ cluster }) => cluster !== null),
    ),
    changes: [{ code: `if (ours === "no") return [];`, instead: "" }],
  },
  {
    name: "a person's DRAINING is undone",
    test: "packages/controller/test/flow/undo.test.ts",
    seed: 1309,
    loses: "an instance that a person drained gets tasks again",
    needs: ["cancelled notice about an instance that a person changed"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(["a person sets it DRAINING"], ({ cluster }) => cluster !== null),
    ),
    changes: [
      {
        code: `if (found !== null) return found === "DRAINING" ? "no" : "yes";`,
        instead: `if (found !== null) return "yes";`,
      },
      { code: `return status === null ? "unknown" : status === "DRAINING" ? "no" : "yes";`, instead: `return "yes";` },
    ],
  },
  {
    name: "a person's deregistration is undone",
    test: "packages/controller/test/respond/whose.test.ts",
    missed: "5 worlds that had what it needs did not show it",
    loses: "a target that a person deregistered is registered again",
    needs: ["cancelled notice about an instance that a person changed", "a person deregisters it"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, (one) => one.targetGroups.length > 0),
    ),
    changes: [
      {
        code: `const theirs = drained ? [] : seen.filter(({ as }) => as?.state === "draining").map(({ target }) => nameOf(target));`,
        instead: "const theirs: string[] = [];",
      },
    ],
  },
  {
    name: "what is gone early is taken for ours",
    test: "packages/controller/test/flow/undo.test.ts",
    seed: 2072,
    loses: "a target that a person deregistered before the warning is registered again",
    needs: ["cancelled notice about an instance that a person changed", "a person deregisters it"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, (one) => one.targetGroups.length > 0),
    ),
    changes: [{ code: "return isEarly && isGone(one, health);", instead: "return false;" }],
  },
  {
    name: "an instance on standby is put back",
    test: "packages/controller/test/flow/undo.test.ts",
    seed: 3202,
    loses: "an instance that a person put on standby takes requests",
    needs: ["person who changes the instance of a cancelled notice", "a person puts it on standby"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, (one) => one.targetGroups.length > 0),
    ),
    changes: [
      {
        code: `if (state === "InService") return { is: "right", group };`,
        instead: `if (state !== undefined) return { is: "right", group };`,
      },
    ],
  },
  {
    name: "after a lost answer a target counts as theirs",
    test: "packages/controller/test/respond/whose.test.ts",
    missed: "6 worlds that had what it needs did not show it",
    loses: "an instance that lives on takes no requests for good, where an answer was lost or the worker killed",
    needs: ["cancelled notice", "killed after an effect"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, (one) => one.targetGroups.length > 0),
    ),
    changes: [{ code: "return known.observedAt < openedAt(ctx.doc) ? known : undefined;", instead: "return known;" }],
  },
  {
    name: "after a lost answer a registration counts as theirs",
    test: "packages/controller/test/flow/undo.test.ts",
    missed: "8 worlds that had what it needs did not show it",
    loses: "an instance that lives on is never again in Cloud Map, Classic or VPC Lattice, where an answer was lost",
    needs: ["cancelled notice", "killed after an effect"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, (one) => one.classic || one.lattice),
    ),
    changes: [
      {
        code: `const ours = receipt.already && isFirstAttempt(step, ctx) ? "no" : known;`,
        instead: `const ours = receipt.already ? "no" : known;`,
      },
    ],
  },
  {
    name: "nothing is put back",
    loses: "an instance whose notice was cancelled serves no more",
    needs: ["cancelled notice"],
    changes: [
      {
        code: "const responder = find(step.responder)?.undoneBy ?? null; if",
        instead: "const responder = null as string | null; if",
      },
    ],
  },
  {
    name: "VPC Lattice is not put back",
    test: "packages/controller/test/flow/undo.test.ts",
    missed: "8 worlds that had what it needs did not show it",
    loses: "an instance whose notice was cancelled is never again in VPC Lattice",
    needs: ["cancelled notice", "VPC Lattice of a group"],
    where: both(
      mayDoAll,
      isAnswered,
      befalls(CANCELLED, ({ lattice }) => lattice),
    ),
    changes: [{ code: `undoneBy: "register-lattice",`, instead: "undoneBy: null," }],
  },
  {
    name: "the other half of a pair is put back too",
    test: "packages/controller/test/enrich/facts-of.test.ts",
    missed: "8 worlds that had what it needs did not show it",
    loses: "a task of a blue/green service is registered with the target group that it was not in",
    needs: ["cancelled notice", "blue and green target groups"],
    where: both(
      mayNotDrain,
      befallsTasks(CANCELLED, ({ alternate }) => alternate !== null),
    ),
    changes: [
      {
        code: "if (pair === undefined || !byTargetId(pair).has(address)) one.unseen.push",
        instead: "one.unseen.push",
      },
    ],
  },
  {
    name: "a stopped task is put back",
    loses: "requests go to the address of a task that has stopped",
    needs: ["cancelled notice"],
    changes: [
      {
        code: "return served.length === 0 ? STOPPED : served;",
        instead: "return served.length < 0 ? STOPPED : targets;",
      },
    ],
  },
  {
    name: "an hour of deregistration delay is not waited for",
    test: "packages/controller/test/flow/undo-delay.test.ts",
    missed: "nobody changes a deregistration delay in a world",
    loses: "a target whose delay is long is taken for somebody else's",
    needs: ["cancelled notice"],
    changes: [
      {
        code: "const isEarly = by < began + delay - TOLERANCE && by - delay + TOLERANCE >= seenServing(one, waited);",
        instead: "const isEarly = by < began + delay - TOLERANCE;",
      },
    ],
  },
  {
    name: "cancelled ones stay doomed",
    test: "packages/controller/test/flow/doomed.test.ts",
    missed: "they count for the seconds until their incident closes, and nothing else happens then",
    loses: "an instance that lives on counts as lost, so that another one is not held as the last that is healthy",
    needs: ["cancelled notice"],
    changes: [
      {
        code: "incident.closedAt === null && incident.cancelledAt === null && DOOMS.has(threatOf(incident));",
        instead: "incident.closedAt === null && DOOMS.has(threatOf(incident));",
      },
    ],
  },
  {
    name: "a cancelled incident waits for its replacement",
    test: "packages/controller/test/flow/cancelled-serves.test.ts",
    missed: "no invariant says how soon an incident closes",
    loses: "an incident whose notice was cancelled stays open for a quarter of an hour",
    needs: ["cancelled notice"],
    changes: [
      {
        code: `if (doc.body.cancelledAt !== null && step.responder === "verify-replacement")`,
        instead: "if (doc.body.cancelledAt === -1)",
      },
      {
        code: "const ended = derived.doc.body.cancelledAt === null ? derived.doc : endWithNotice(derived.doc, now);",
        instead: "const ended = derived.doc;",
      },
    ],
  },
];
