import type { Fault } from "../faults.ts";
import { befalls, WARNINGS } from "./worlds.ts";

/** The last healthy target, and what keeps an incident from its end. */
export const FAULTS_OF_BALANCERS: readonly Fault[] = [
  {
    name: "VPC Lattice takes nothing off",
    test: "packages/controller/test/respond/incident/outcome.test.ts",
    seed: 192,
    loses: "an instance that serves by VPC Lattice alone is told to have had nothing to drain",
    needs: ["VPC Lattice of a group"],
    where: befalls(
      WARNINGS,
      (one) => one.lattice && one.cluster === null && one.targetGroups.length === 0 && !one.classic,
    ),
    changes: [
      {
        code: `return state !== "skipped" && (how === "takes off" || how === "asks" || how === "waits");`,
        instead: `return state !== "skipped" && responder !== "deregister-lattice" && (how === "takes off" || how === "asks" || how === "waits");`,
      },
    ],
  },
  {
    name: "Classic load balancers take nothing off",
    test: "packages/controller/test/respond/incident/outcome.test.ts",
    seed: 660,
    loses: "an instance that serves by a Classic load balancer alone is told to have had nothing to drain",
    needs: ["Classic Load Balancer of a group"],
    where: befalls(
      WARNINGS,
      (one) => one.classic && one.cluster === null && one.targetGroups.length === 0 && !one.lattice,
    ),
    changes: [
      {
        code: `return state !== "skipped" && (how === "takes off" || how === "asks" || how === "waits");`,
        instead: `return state !== "skipped" && responder !== "deregister-classic" && (how === "takes off" || how === "asks" || how === "waits");`,
      },
    ],
  },
  {
    name: "the last healthy target is not held",
    loses: "a service has no healthy target for two minutes, though nothing forces it",
    changes: [
      {
        code: `const last = groups.filter((arn) => isLast(facts, arn));`,
        instead: "const last = groups.filter((arn) => arn.length < 0 && isLast(facts, arn));",
      },
    ],
  },
  {
    name: "the last healthy target is held for ever",
    loses: "the last healthy target takes connections until its instance is gone",
    changes: [
      {
        code: `if (ctx.now >= until) return { is: "done", receipt: null, note: "the last safe moment has come", ...free() };`,
        instead: "",
      },
    ],
  },
  {
    name: "one target group of several",
    loses: "an instance in several target groups takes connections by all but one",
    needs: ["several target groups"],
    changes: [
      {
        code: "const added = [...groups].flatMap(([targetGroupArn, targets]) => {",
        instead: "const added = [...groups].slice(0, 1).flatMap(([targetGroupArn, targets]) => {",
      },
    ],
  },
  {
    name: "a target that becomes known later is forgotten",
    test: "packages/controller/test/decide/known-later.test.ts",
    missed: "the first look at a target group lists all targets of an instance there",
    loses: "what a look finds after the first deregistration stays in service",
    changes: [
      { code: "if (left.length === 0) return [];", instead: "if (left.length === 0 || before.length > 0) return [];" },
    ],
  },
];
