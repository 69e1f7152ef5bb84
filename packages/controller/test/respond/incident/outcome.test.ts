import { expect, test } from "vitest";
import type { Incident } from "../../../src/model/incident.ts";
import type { StepState } from "../../../src/model/step.ts";
import { outcomeOf } from "../../../src/respond/incident/outcome.ts";
import { findResponder } from "../../../src/respond/responders/index.ts";
import { fresh } from "../../../src/respond/machine/steps.ts";
import { T0, warning } from "../../correlate/support.ts";
import { incidentOf } from "../support.ts";

const { body } = incidentOf(warning(0));
const drainedAt = T0 + 30_000;

/** An incident that has taken a target off, and waited. */
const waited = (responder: string, state: StepState): Incident => ({
  ...body,
  mode: "act",
  drainedAt,
  goneAt: T0 + 120_000,
  steps: [["deregister-target", "done"] as const, [responder, state] as const].map(([name, settled]) => ({
    ...fresh({ id: name, responder: name, params: {}, after: [], notBefore: null, abandonAt: T0 + 100_000 }),
    state: settled,
    settledAt: drainedAt,
  })),
});

test.each(["await-targets", "drain-tasks", "await-command", "await-work"])(
  "%s that ran out of time: the work was cut off",
  (responder) => {
    expect(outcomeOf(waited(responder, "abandoned"), "reclaim", null, findResponder)).toBe("deadline-passed");
    expect(outcomeOf(waited(responder, "done"), "reclaim", null, findResponder)).toBe("drained");
  },
);

test.each(["deregister-target", "deregister-classic", "deregister-lattice", "deregister-discovery", "set-draining"])(
  "%s alone is something to drain",
  (responder) => {
    const { steps, ...rest } = waited(responder, "done");
    expect(outcomeOf({ ...rest, steps: steps.slice(1) }, "reclaim", null, findResponder)).toBe("drained");
    expect(outcomeOf({ ...rest, steps: [] }, "reclaim", null, findResponder)).toBe("nothing-drained");
  },
);
