import type { Ms } from "../../clock.ts";
import { OPEN } from "../../correlate/open.ts";
import type { Policy } from "../../decide/policy.ts";
import { classifyEnding, threatOf } from "../../decide/threat.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";
import { outcomeOf } from "./outcome.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import type { FindResponder } from "../responder.ts";
import { isSettled, mapSteps, settle, stepsOf, withoutParams } from "../machine/steps.ts";
import { revokeGone } from "./revoke-gone.ts";
import { isUndoable } from "./undo.ts";
import { derive } from "./derive.ts";
import { replan } from "./replan.ts";
import { settleFollowing } from "./settle-following.ts";

type IncidentDoc = Doc<"incident">;

/**
 * Replans an incident from the current facts, settles steps that follow from it, and closes an incident that owes
 * nothing. Pure and idempotent.
 */
export function refreshIncident(
  doc: IncidentDoc,
  facts: Facts,
  policy: Policy,
  find: FindResponder,
  now: Ms,
): Refreshed<IncidentDoc> {
  // `wakeAt` is calculated again from the steps.
  const asleep = { ...doc, wakeAt: null };
  if (doc.body.closedAt !== null) return { doc: asleep, entries: [] };
  const there = revokeGone(asleep, now);
  const first = replan(there.doc, facts, policy, find, now);
  const settled = settleFollowing(first.doc, find, now);
  // A step that was just abandoned may need further steps.
  const again =
    settled.entries.length === 0 ? { doc: settled.doc, entries: [] } : replan(settled.doc, facts, policy, find, now);
  const derived = derive(again.doc, facts, find, now);
  const ended = derived.doc.body.cancelledAt === null ? derived.doc : endWithNotice(derived.doc, now);
  const closed = close(ended, facts, find, now);
  return {
    doc: mapSteps(closed.doc, (step) => forgetParams(step, find)),
    entries: [
      ...there.entries,
      ...first.entries,
      ...settled.entries,
      ...again.entries,
      ...derived.entries,
      ...closed.entries,
    ],
  };
}

/** Removes the parameters of a settled step, unless an undo needs them. */
const forgetParams = (step: Step, find: FindResponder): Step =>
  isSettled(step) && !isUndoable(step, find) ? withoutParams(step) : step;

/** Responders that continue after a cancelled notice: the group waits for them. */
const OUTLIVES: ReadonlySet<string> = new Set([
  "complete-lifecycle",
  "join-alert",
  "ask-replacement",
  "release-to-group",
]);

/** Skips the waiting steps after a cancelled notice, so that the incident closes when all is undone. */
const endWithNotice = (doc: IncidentDoc, now: Ms): IncidentDoc => ({
  ...doc,
  body: {
    ...doc.body,
    steps: doc.body.steps.map((step) =>
      step.state !== "waiting" || OUTLIVES.has(step.responder)
        ? step
        : settle(step, "skipped", "the notice was cancelled", now),
    ),
  },
});

function close(doc: IncidentDoc, facts: Facts, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  if (!stepsOf(doc).every(isSettled)) return { doc, entries: [] };
  const outcome = outcomeOf(doc.body, threatOf(doc.body), classifyEnding(facts), find);
  const body: Incident = { ...doc.body, outcome, closedAt: now };
  const data = { outcome, firstActionAt: body.firstActionAt, drainedAt: body.drainedAt, deadline: body.deadline };
  return {
    doc: { ...doc, tags: doc.tags.filter((tag) => tag !== OPEN), body },
    entries: [{ key: doc.key, at: now, kind: "outcome", text: `closed: ${outcome}`, data }],
  };
}
