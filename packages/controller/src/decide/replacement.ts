import type { Incident } from "../model/incident.ts";
import type { PlannedStep } from "./plan.ts";
import { type Ground, inShort, step } from "./stage.ts";
import { hasBegun, isRetained, type Threat, threatOf } from "./threat.ts";

const ASK = "replace";

const isEarly = (incident: Incident): boolean => threatOf(incident) === "recommendation";

/**
 * Asked on a mere recommendation, and refused or called off (the group was at its maximum): the warning asks again, in the
 * way that the policy names.
 */
function wasRefusedEarly({ steps }: Incident): boolean {
  const receipt = steps.find(({ id, state }) => id === ASK && state === "skipped")?.receipt ?? null;
  return receipt !== null && typeof receipt === "object" && "early" in receipt && receipt.early === true;
}

export function askReplacement(ground: Ground): PlannedStep[] {
  const { facts, t, actions, incident } = ground;
  if (incident.subject.type === "task") return [];
  // Begun, it is carried through, whatever is told since: what was raised is lowered as the instance is retired.
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
        // Capacity Rebalancing, where it is on, has begun at the recommendation and goes on after a warning.
        recommended: incident.signals.some((signal) => signal.kind === "rebalance"),
      },
      budget,
    ),
  ];
}

/** Once it has drained, the group may retire it: what was detached or raised for it is paid back. */
export function release(ground: Ground, before: readonly PlannedStep[]): PlannedStep[] {
  const asked = before.find((one) => one.responder === "ask-replacement");
  if (asked === undefined) return [];
  const after = ["look-up", "look-closer", ...inShort(before.filter((one) => one.id !== asked.id))];
  const params = { group: asked.params["group"] ?? null };
  return [step("release", "release-to-group", params, { after, abandonAt: ground.t.verifyUntil })];
}

/** Where its group was seen to retain it after a hook was abandoned: that it be ended. */
export function endRetained({ incident, t }: Ground): PlannedStep[] {
  if (!isRetained(incident)) return [];
  return [step("end-retained", "end-retained", { instanceId: incident.subject.id }, { abandonAt: t.verifyUntil })];
}

/** What takes capacity away that its group then launches anew. */
const REPLACED: ReadonlySet<Threat> = new Set(["reclaim", "recommendation", "ending", "termination"]);

/** That the instance went; and, where its capacity is wanted, that the group serves as much as it wants again. */
export function verify(ground: Ground, before: readonly PlannedStep[]): PlannedStep[] {
  const { incident, facts, t } = ground;
  const after = inShort(before);
  const gone = step(
    "verify-gone",
    "verify-gone",
    { subject: incident.subject.id, type: incident.subject.type, deadline: t.over },
    { after, abandonAt: t.verifyUntil },
  );
  if (facts !== null && facts.groupName === null) return [gone];
  const { onDemand } = ground.actions;
  const params = {
    group: facts?.groupName ?? null,
    instanceId: incident.subject.id,
    // Nothing is launched instead of what a scale-in or a person ends.
    ...(onDemand === null || !REPLACED.has(threatOf(incident))
      ? {}
      : { onDemand: { ...onDemand }, since: incident.openedAt }),
  };
  return [
    gone,
    step("verify-replacement", "verify-replacement", params, { after: [gone.id], abandonAt: t.verifyUntil }),
  ];
}
