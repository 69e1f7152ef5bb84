import { describe, expect, test } from "vitest";
import type { Threat } from "../../../src/decide/threat.ts";
import type { Incident, Outcome } from "../../../src/model/incident.ts";
import type { Step, StepState } from "../../../src/model/step.ts";
import { outcomeOf } from "../../../src/respond/incident/outcome.ts";
import { DRAINED_UNRECORDED } from "../../../src/respond/incident/undo.ts";
import { findResponder } from "../../../src/respond/responders/index.ts";
import { fresh } from "../../../src/respond/machine/steps.ts";
import { T0, warning } from "../../correlate/support.ts";
import { incidentOf, stepOf } from "../support.ts";

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

describe("the outcome that people are told", () => {
  const outcome = (threat: Threat, over: Partial<Incident> = {}, ending: "missed-notice" | null = null): Outcome =>
    outcomeOf({ ...body, mode: "act", ...over }, threat, ending, findResponder);
  const step = (responder: string, over: Partial<Step> = {}): Step => stepOf(responder, { responder, ...over });
  const done = (responder: string, over: Partial<Step> = {}): Step =>
    step(responder, { state: "done", settledAt: drainedAt, ...over });
  const drained: Partial<Incident> = { steps: [done("set-draining")], drainedAt: drainedAt };

  test.each<[string, Outcome, Outcome]>([
    ["a policy that only watches", outcome("reclaim", { ...drained, mode: "observe" }), "ignored-by-policy"],
    ["somebody else's capacity", outcome("reclaim", { mode: "observe", labels: { owner: "batch" } }), "handed-off"],
    ["a dry run", outcome("reclaim", { ...drained, mode: "dry-run" }), "dry-run"],
    ["a warning that did not come true", outcome("reclaim", { ...drained, cancelledAt: drainedAt }), "cancelled"],
    [
      "a hook of a group that was called off",
      outcome("termination", { ...drained, cancelledAt: drainedAt }),
      "cancelled",
    ],
    ["a hook of an instance that EC2 had reclaimed", outcome("termination", drained, "missed-notice"), "missed-notice"],
    ["a hook", outcome("termination", drained), "drained"],
    ["a recommendation, and nothing followed", outcome("recommendation", { goneAt: null }, "missed-notice"), "told"],
    [
      "a recommendation, and EC2 took it without a warning",
      outcome("recommendation", { goneAt: drainedAt }, "missed-notice"),
      "missed-notice",
    ],
    ["a recommendation that was drained", outcome("recommendation", drained), "drained"],
    [
      "a drained recommendation that was put back",
      outcome("recommendation", { ...drained, cancelledAt: drainedAt, owed: [step("set-active")] }),
      "cancelled",
    ],
    [
      "a recommendation that was called off, with nothing to put back",
      outcome("recommendation", { cancelledAt: drainedAt }),
      "told",
    ],
    ["an end for a reason that EC2 does not give", outcome("ending"), "unclassified"],
    ["nothing that ends it", outcome("none"), "plain-end"],
    ["an event that was called off", outcome("none", { cancelledAt: drainedAt }), "cancelled"],
    ["drained after the deadline", outcome("reclaim", { ...drained, drainedAt: T0 + 120_001 }), "deadline-passed"],
    ["drained at the deadline", outcome("reclaim", { ...drained, drainedAt: T0 + 120_000 }), "drained"],
    ["never drained", outcome("reclaim", { ...drained, drainedAt: null }), "deadline-passed"],
    [
      "a target that stayed registered",
      outcome("reclaim", { ...drained, steps: [step("deregister-target", { state: "abandoned" })] }),
      "deadline-passed",
    ],
    [
      "drained without a ledger, which the plan no longer shows",
      outcome("reclaim", { drainedAt: drainedAt, flagged: [DRAINED_UNRECORDED] }),
      "drained",
    ],
    [
      "nothing to drain, but not all could be read",
      outcome("reclaim", {
        steps: [done("look-up", { receipt: { missing: [{ what: "cluster", why: "denied" }] } })],
      }),
      "deadline-passed",
    ],
  ])("%s", (_what, is, expected) => expect(is).toBe(expected));
});
