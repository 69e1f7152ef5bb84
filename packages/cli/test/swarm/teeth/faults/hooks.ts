import type { Fault } from "../faults.ts";
import { befalls, both, isQuiet, mayDoAll, WARNINGS } from "./worlds.ts";

/** Lifecycle hooks: whose they are, and when they are answered. */
export const FAULTS_OF_HOOKS: readonly Fault[] = [
  {
    name: "a hook is answered at once where nothing is seen",
    test: "packages/controller/test/flow/hold-hooks.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "a scale-in ends an instance in the middle of its work",
    where: both(
      ({ policy }) => policy.holdHooks >= 30,
      befalls(
        ["scale-in", "a scaling policy takes several away", "a person has its group terminate it"],
        (one) =>
          one.suspended.length === 0 &&
          one.cluster === null &&
          one.targetGroups.length === 0 &&
          (one.hook === "ours" || one.hook === "ours, to our queue"),
      ),
    ),
    changes: [
      {
        code: `return oursOf(input).flatMap((ours) => {
    if (ours.action.transition === "launching") return [];`,
        instead: `return oursOf(input).flatMap((ours) => {
    if (ours.action.transition !== null) return [];`,
      },
    ],
  },
  {
    name: "a hook is answered before the instance is empty",
    loses: "a scale-in ends an instance before its tasks and connections are gone",
    changes: [
      {
        code: `const shared = [ALL_LOOK_UPS, LOOK_AROUND, ...inShort(before.filter((one) => WAITS.has(one.responder)))];`,
        instead: `const shared = [ALL_LOOK_UPS];`,
      },
    ],
  },
  {
    name: "a hook of somebody else is answered",
    loses: "a hook of CodeDeploy or of another tool is answered before that has done its work",
    needs: ["hook of somebody else"],
    changes: [{ code: "return action.direct || actions.hooks.some(", instead: "return true || actions.hooks.some(" }],
  },
  {
    name: "no envelope is through our queue",
    loses: "a hook whose message a transformer passed on is taken for ours",
    needs: ["hook of somebody else"],
    changes: [{ code: "direct: isSentByHook(fields),", instead: "direct: true," }],
  },
  {
    name: "a hook is abandoned",
    loses: "an abandoned hook skips the ones after it, or leaves the instance running",
    needs: ["hook of ours"],
    changes: [{ code: `LifecycleActionResult: "CONTINUE" });`, instead: `LifecycleActionResult: "ABANDON" });` }],
  },
  {
    name: "a notice of an earlier life is obeyed",
    test: "packages/controller/test/flow/outdated.test.ts",
    missed: "not hunted to the end: one world in sixty has what it needs",
    loses: "an instance that has just started is drained for a warning of yesterday",
    needs: ["message: a recommendation of yesterday"],
    where: ({ policy }) => policy.onRebalance === "drain" || policy.onRebalance === "replace",
    changes: [
      {
        code: "isDated(kind) && at + PRECISION <= launchTime;",
        instead: "false;",
      },
    ],
  },
  {
    name: "a hook that asks after the end is not answered",
    test: "packages/controller/test/flow/drain.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "an instance that is gone stays in its group until its hook times out",
    where: both(
      isQuiet,
      mayDoAll,
      befalls(WARNINGS, ({ hook, suspended }) => hook !== null && hook.startsWith("ours") && suspended.length === 0),
    ),
    changes: [
      {
        code: `const asked = planned.filter((step) => step.responder === "complete-lifecycle" && !had.has(step.id));`,
        instead: "const asked: PlannedStep[] = [];",
      },
    ],
  },
];
