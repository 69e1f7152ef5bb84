import { expect, test } from "vitest";
import { containersToDrain } from "../../src/decide/containers-to-drain.ts";
import { decide } from "../../src/decide/decide.ts";
import { defaultPolicy } from "../../src/decide/defaults.ts";
import type { Step } from "../../src/model/step.ts";
import { mergePlan } from "../../src/respond/machine/steps.ts";
import { warning } from "../correlate/support.ts";
import { container, task } from "../enrich/support/fleet.ts";
import { factsWith, incidentOf } from "../respond/support.ts";

const doc = incidentOf(warning(0));
const ID = doc.body.subject.id;
const live = container("shop", ID, { runningTasks: 0 });
const old = container("default", ID, { runningTasks: 1, agentConnected: false });
const empty = container("other", ID, { runningTasks: 0, agentConnected: false });

const idsAfter = (steps: readonly Step[], containers: readonly (typeof live)[]): string[] =>
  containersToDrain({ steps }, factsWith({ containerInstances: containers, tasks: [] })).map(
    ({ id, arn }) => `${id} ${arn.split("/")[1]}`,
  );

test("what is connected or has tasks is drained; what was left behind empty is not", () => {
  expect(idsAfter([], [live, old, empty])).toEqual(["drain shop", "drain#2 default"]);
  const facts = factsWith({
    containerInstances: [live, empty],
    tasks: [
      {
        task: task("other", "1", { containerInstanceArn: empty.arn }),
        role: "standalone",
        service: null,
        stopTimeout: null,
      },
    ],
  });
  expect(containersToDrain({ steps: [] }, facts).map(({ arn }) => arn)).toEqual([live.arn, empty.arn]);
});

test("where no agent is connected and nothing has tasks, all are drained", () => {
  expect(idsAfter([], [empty])).toEqual(["drain other"]);
  expect(idsAfter([], [{ ...live, agentConnected: false }, empty])).toEqual(["drain shop", "drain#2 other"]);
});

test("a step stays with its container instance, whichever comes first and whatever is known later", () => {
  const plan = (containers: readonly (typeof live)[], steps: readonly Step[]): readonly Step[] =>
    mergePlan(
      steps,
      decide({ ...doc.body, steps }, factsWith({ containerInstances: containers, tasks: [] }), defaultPolicy).steps,
      0,
    );
  const drains = (steps: readonly Step[]): unknown[] =>
    steps
      .filter(({ responder }) => responder === "set-draining" || responder === "drain-tasks")
      .map(({ id, params, after }) => [id, params["containerInstanceArn"] === live.arn ? "shop" : "default", after]);
  const first = plan([old], []);
  const second = plan([live, old], first);
  const expected = [
    ["drain#2", "shop", []],
    ["drain", "default", []],
    ["drain-tasks#2", "shop", ["drain#2"]],
    ["drain-tasks", "default", ["drain"]],
  ];
  expect(drains(second)).toEqual(expected);
  // Its tasks have gone meanwhile: what was begun goes on.
  expect(drains(plan([live, { ...old, runningTasks: 0 }], second))).toEqual(expected);
});
