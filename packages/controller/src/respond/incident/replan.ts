import { createHash } from "node:crypto";
import type { Ms } from "../../clock.ts";
import { decide } from "../../decide/decide.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import type { Policy } from "../../decide/policy.ts";
import { isCalledOff, threatOf } from "../../decide/threat.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import { dryRunOver } from "./dry-run-over.ts";
import { empties } from "./emptying.ts";
import { journalFacts } from "./journal-facts.ts";
import { labelsOf, tagsFor } from "./labels.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import type { FindResponder } from "../responder.ts";
import { fresh, isOpen, isSettled, mergePlan } from "../machine/steps.ts";
import { isUndoable } from "./undo.ts";

type IncidentDoc = Doc<"incident">;

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

/** Plans from the current facts; keeps what has already happened. */
export function replan(
  doc: IncidentDoc,
  facts: Facts,
  policy: Policy,
  find: FindResponder,
  now: Ms,
): Refreshed<IncidentDoc> {
  const { body } = doc;
  const made = decide(body, facts, policy);
  const over = dryRunOver(doc, made.mode, now);
  if (over !== null)
    return over.body.mode === "act" ? replan(over, facts, policy, find, now) : { doc: over, entries: [] };
  if (body.cancelledAt !== null || body.goneAt !== null)
    return { doc: stillToAnswer(labelled(doc, facts), made.steps), entries: [] };
  const steps = hasNothingToCome(body)
    ? mergePlan(body.steps, underWay(body, find, now), now)
    : mergePlan(body.steps, stillToEmpty(body, made.steps, find), now, facts.complete);
  const plannedFrom = digest(`${made.rule}|${made.mode}|${made.steps.map((step) => step.id).join(",")}`);
  const tags = tagsFor(doc, facts);
  const remade = { ...doc, tags, body: { ...body, steps, rule: made.rule, mode: made.mode, plannedFrom } };
  const seen = journalFacts(remade, facts, now);
  const next = labelled(remade, facts);
  if (plannedFrom === body.plannedFrom) return { doc: next, entries: seen };
  const because = made.because === null ? "" : `, only observed: ${made.because}`;
  const text = `planned by rule ${made.rule} for ${made.threat} (${made.mode}${because})`;
  const data = {
    rule: made.rule,
    mode: made.mode,
    threat: made.threat,
    because: made.because,
    steps: made.steps.map((step) => step.id),
  };
  return { doc: next, entries: [...seen, { key: doc.key, at: now, kind: "planned", text, data }] };
}

const labelled = (doc: IncidentDoc, facts: Facts): IncidentDoc => ({
  ...doc,
  body: { ...doc.body, labels: { ...doc.body.labels, ...labelsOf(facts, doc.body) } },
});

/** Whether AWS has cancelled the scheduled event, and there is no other threat. */
export const hasNothingToCome = (body: Incident): boolean => isCalledOff(body) && threatOf(body) === "none";

/** Returns undoable steps that may be running: they must end first, so that their effect is known. */
function underWay(body: Incident, find: FindResponder, now: Ms): readonly PlannedStep[] {
  const open = new Set(body.steps.filter((step) => !isSettled(step)).map(({ id }) => id));
  return body.steps.filter(
    (step) =>
      isUndoable(step, find) &&
      !isSettled(step) &&
      (step.notBefore ?? 0) <= now &&
      step.after.every((id) => !isOpen(id, open)),
  );
}

/**
 * Removes steps that would drain again after the instance has drained: old facts may still show targets. Holds of a
 * hook stay, since its action may come only then.
 */
function stillToEmpty(body: Incident, planned: readonly PlannedStep[], find: FindResponder): readonly PlannedStep[] {
  if (body.drainedAt === null) return planned;
  const had = new Set(body.steps.map((step) => step.id));
  return planned.filter((step) => had.has(step.id) || step.responder === "await-work" || !empties(step, find));
}

/**
 * After an undo or the end of the instance only steps that complete hooks are added: a reclaim triggers the terminating
 * hook when the instance is already gone, and each lifecycle action must be completed.
 */
function stillToAnswer(doc: IncidentDoc, planned: readonly PlannedStep[]): IncidentDoc {
  const had = new Set(doc.body.steps.map((step) => step.id));
  const asked = planned.filter((step) => step.responder === "complete-lifecycle" && !had.has(step.id));
  if (asked.length === 0) return doc;
  const steps = [...doc.body.steps, ...asked.map((step) => fresh({ ...step, after: [] }))];
  return { ...doc, body: { ...doc.body, steps } };
}
