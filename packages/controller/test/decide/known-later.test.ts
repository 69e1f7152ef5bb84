import { expect, test } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { defaultPolicy } from "../../src/decide/defaults.ts";
import { warning } from "../correlate/support.ts";
import { factsWith, incidentOf } from "../respond/support.ts";
import { fresh } from "../../src/respond/machine/steps.ts";

test("a target that becomes known after its target group was deregistered from has a step of its own", () => {
  const { body } = incidentOf(warning(0));
  const facts = factsWith();
  const [first] = facts.targets;
  const begun = decide(body, facts, defaultPolicy).steps.filter(({ responder }) => responder === "deregister-target");
  const steps = begun.map((step) => ({ ...fresh(step), state: "done" as const }));
  const later = factsWith({ targets: [first!, { ...first!, port: 8_080 }] });
  const planned = decide({ ...body, steps }, later, defaultPolicy).steps;
  const [id] = begun.map((step) => step.id);
  expect(planned.filter(({ responder }) => responder === "deregister-target").map((step) => step.id)).toEqual([
    id,
    `${id}#2`,
  ]);
});
