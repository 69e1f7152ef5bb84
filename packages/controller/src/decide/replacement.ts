import type { Incident } from "../model/incident.ts";
import type { PlannedStep } from "./plan.ts";
import { type PlanInput, inShort, step } from "./stage.ts";
import { hasBegun, isRetained, type Threat, threatOf } from "./threat.ts";

const ASK = "replace";

const isEarly = (incident: Incident): boolean => threatOf(incident) === "recommendation";

/**
 * Whether a replacement was asked on a recommendation, and was refused or cancelled (e.g. the group was at its
 * maximum): then the warning asks again, as the policy says.
 */
function wasRefusedEarly({ steps }: Incident): boolean {
  const receipt = steps.find(({ id, state }) => id === ASK && state === "skipped")?.receipt ?? null;
  return receipt !== null && typeof receipt === "object" && "early" in receipt && receipt.early === true;
}

export function askReplacement(input: PlanInput): PlannedStep[] {
  const { facts, t, actions, incident } = input;
  if (incident.subject.type === "task") return [];
  // A begun replacement is finished, whatever signals follow: its raise is lowered when the instance is retired.
  const begun = incident.steps.find((one) => one.responder === "ask-replacement" && hasBegun(one));
  if (actions.replace === "never" && begun === undefined) return [];
  const by = begun?.params["by"] ?? actions.replace;
  const budget = { notBefore: t.start, abandonAt: t.verifyUntil };
  if (facts === null) return [step(ASK, "ask-replacement", { by }, budget)];
  if (facts.groupName === null) return [];
  return [
    step(
      wasRefusedEarly(incident) && !isEarly(incident) ? `${ASK}:again` : ASK,
      "ask-replacement",
      {
        by,
        early: isEarly(incident),
        group: facts.groupName,
        cap: actions.replaceCap,
        cooldown: actions.replaceCooldown,
        within: actions.replaceWithin,
        onDemand: actions.onDemand === null ? null : { ...actions.onDemand },
        // Capacity Rebalancing, if enabled, starts at the recommendation and continues after a warning.
        recommended: incident.signals.some((signal) => signal.kind === "rebalance"),
      },
      budget,
    ),
  ];
}

/**
 * Plans the release to the group once the instance has drained: the group's machine then retires it and lowers the
 * raise.
 */
export function release(input: PlanInput, before: readonly PlannedStep[]): PlannedStep[] {
  const asked = before.find((one) => one.responder === "ask-replacement");
  if (asked === undefined) return [];
  const after = ["look-up", "look-closer", ...inShort(before.filter((one) => one.id !== asked.id))];
  const params = { group: asked.params["group"] ?? null };
  return [step("release", "release-to-group", params, { after, abandonAt: input.t.verifyUntil })];
}

/** Plans to terminate an instance that its group retains after an abandoned hook. */
export function endRetained({ incident, t }: PlanInput): PlannedStep[] {
  if (!isRetained(incident)) return [];
  return [step("end-retained", "end-retained", { instanceId: incident.subject.id }, { abandonAt: t.verifyUntil })];
}

/** Threats after which the group launches a replacement. */
const REPLACED: ReadonlySet<Threat> = new Set(["reclaim", "recommendation", "ending", "termination"]);

/**
 * Plans to verify that the instance is gone and, if its capacity is still wanted, that the group's full capacity serves
 * again.
 */
export function verify(input: PlanInput, before: readonly PlannedStep[]): PlannedStep[] {
  const { incident, facts, t } = input;
  const after = inShort(before);
  const gone = step(
    "verify-gone",
    "verify-gone",
    { subject: incident.subject.id, type: incident.subject.type, deadline: t.over },
    { after, abandonAt: t.verifyUntil },
  );
  if (facts !== null && facts.groupName === null) return [gone];
  const { onDemand } = input.actions;
  const params = {
    group: facts?.groupName ?? null,
    instanceId: incident.subject.id,
    // No replacement is launched for an instance that a scale-in or a person ends.
    ...(onDemand === null || !REPLACED.has(threatOf(incident))
      ? {}
      : { onDemand: { ...onDemand }, since: incident.openedAt }),
  };
  return [
    gone,
    step("verify-replacement", "verify-replacement", params, { after: [gone.id], abandonAt: t.verifyUntil }),
  ];
}
