import type { Fault } from "../faults.ts";

/** Lifecycle hooks: whose they are, and when they are answered. */
export const FAULTS_OF_HOOKS: readonly Fault[] = [
  {
    name: "a hook is answered at once where nothing is seen",
    loses: "a scale-in ends an instance in the middle of its work",
    needs: ["hooks held for ten minutes"],
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
    loses: "an instance that has just started is drained for a warning of yesterday",
    changes: [
      {
        code: "isDated(kind) && at + PRECISION <= launchTime;",
        instead: "false;",
      },
    ],
  },
  {
    name: "a hook that asks after the end is not answered",
    loses: "an instance that is gone stays in its group until its hook times out",
    changes: [
      {
        code: `const asked = planned.filter((step) => step.responder === "complete-lifecycle" && !had.has(step.id));`,
        instead: "const asked: PlannedStep[] = [];",
      },
    ],
  },
];
