import { createHash } from "node:crypto";
import type { Ms } from "../../clock.ts";
import { OPEN } from "../../correlate/open.ts";
import { decide } from "../../decide/decide.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import { LOOK_AROUND } from "../../decide/stages.ts";
import type { Policy } from "../../decide/policy.ts";
import { stillUnlearnt } from "../../decide/unlearnt.ts";
import { classifyEnding, hasEnded, isCalledOff, threatOf } from "../../decide/threat.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";
import { joinedBy, memberTag } from "../../notify/join.ts";
import { dryRunOver } from "./dry-run-over.ts";
import { empties, wasCutShort, wasEmptied } from "./emptying.ts";
import { found } from "./found.ts";
import { labelsOf, tagsFor } from "./labels.ts";
import { outcomeOf } from "./outcome.ts";
import { overdue } from "../machine/next.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import { type FindResponder, WOULD } from "../responder.ts";
import { fresh, isOpen, isSettled, mapSteps, mergePlan, settle, stepsOf, withoutParams } from "../machine/steps.ts";
import { takeBack } from "./take-back.ts";
import { isUndoable, putBack } from "./undo.ts";

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
  const there = takeBack(asleep, now);
  const first = plan(there.doc, facts, policy, find, now);
  const settled = settleFollowing(first.doc, find, now);
  // A step that was just abandoned may need further steps.
  const again =
    settled.entries.length === 0 ? { doc: settled.doc, entries: [] } : plan(settled.doc, facts, policy, find, now);
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

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

function plan(doc: IncidentDoc, facts: Facts, policy: Policy, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  const { body } = doc;
  const made = decide(body, facts, policy);
  const over = dryRunOver(doc, made.mode, now);
  if (over !== null)
    return over.body.mode === "act" ? plan(over, facts, policy, find, now) : { doc: over, entries: [] };
  if (body.cancelledAt !== null || body.goneAt !== null)
    return { doc: stillToAnswer(labelled(doc, facts), made.steps), entries: [] };
  const steps = hasNothingToCome(body)
    ? mergePlan(body.steps, underWay(body, find, now), now)
    : mergePlan(body.steps, stillToEmpty(body, made.steps, find), now, facts.complete);
  const plannedFrom = digest(`${made.rule}|${made.mode}|${made.steps.map((step) => step.id).join(",")}`);
  const tags = tagsFor(doc, facts);
  const remade = { ...doc, tags, body: { ...body, steps, rule: made.rule, mode: made.mode, plannedFrom } };
  const seen = found(remade, facts, now);
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
const hasNothingToCome = (body: Incident): boolean => isCalledOff(body) && threatOf(body) === "none";

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

/**
 * Settles steps without running them: in a dry run, after their time limit, or when the steps that they last for are
 * over.
 */
function settleFollowing(doc: IncidentDoc, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  const entries: Entry[] = [];
  const gone = isGone(doc.body);
  const open = new Set(
    stepsOf(doc)
      .filter((step) => !isSettled(step))
      .map((step) => step.id),
  );
  const end = (before: Step, state: "done" | "skipped" | "abandoned", why: string): Step => {
    const step = settle(before, state, why, now);
    // Steps that last as long as this one come later in the plan, and end with it.
    open.delete(step.id);
    // The title of the step before it is settled, since that removes its parameters.
    const title = find(step.responder)?.title(before) ?? step.id;
    const text = step.reason === WOULD ? `would ${title}` : `${title}: ${step.state}: ${step.reason ?? ""}`;
    entries.push({
      key: doc.key,
      at: now,
      kind: "step",
      text,
      data: { step: step.id, responder: step.responder, state: step.state },
    });
    return step;
  };
  const changed = mapSteps(doc, (step) => {
    if (isSettled(step)) return step;
    const nature = find(step.responder)?.nature ?? "acts";
    if (doc.body.mode === "dry-run" && nature !== "observes" && step.state === "waiting")
      return end(step, "skipped", WOULD);
    // The instance continues in its group, so nothing replaces it.
    if (doc.body.cancelledAt !== null && step.responder === "verify-replacement")
      return end(step, "skipped", "the notice was cancelled");
    if (gone && nature === "waits") return end(step, "done", lastWord(goneText(doc.body), step));
    // A signal has the answer that the next poll would give.
    if (gone && step.responder === "verify-gone" && (step.retryAt ?? 0) > now) return { ...step, retryAt: now };
    const { over, until } = step.params;
    if (typeof over === "string") return end(step, "done", over);
    if (Array.isArray(until) && until.every((id) => typeof id === "string" && !isOpen(id, open)))
      return end(step, "done", "what it lasted for is over");
    if (overdue(step, now)) {
      const tried = step.attempts === 0 ? "its time was over before it could start" : "its time is over";
      return end(step, "abandoned", lastWord(tried, step));
    }
    return step;
  });
  return { doc: changed, entries };
}

const goneText = ({ subject }: Incident): string =>
  subject.type === "task" ? "the task has stopped" : "the instance is gone";

const lastWord = (why: string, { reason }: Step): string => (reason === null ? why : `${why}; last: ${reason}`);

/** Whether the instance or task has ended, by a signal or by verify-gone. */
const isGone = (body: Incident): boolean => body.goneAt !== null || hasEnded(body);

const LOOKS: ReadonlySet<string> = new Set(["look-up", LOOK_AROUND]);

/** Updates the incident's state from receipts: drained, gone, serves, cancelled. */
function derive(doc: IncidentDoc, facts: Facts, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  const entries: Entry[] = [];
  let body = doc.body;
  const state = (text: string, data: Entry["data"] = {}): void => {
    entries.push({ key: doc.key, at: now, kind: "state", text, data });
  };
  const emptying = body.steps.filter((step) => empties(step, find));
  // A look-up in progress may find more targets to deregister: the instance has not drained before it ends.
  const lookedUp = body.steps.every((step) => !LOOKS.has(step.responder) || isSettled(step));
  if (
    body.drainedAt === null &&
    body.mode === "act" &&
    lookedUp &&
    emptying.every(isSettled) &&
    wasEmptied(emptying, find)
  ) {
    const drainedAt = Math.max(...emptying.map((step) => step.settledAt ?? now));
    body = { ...body, drainedAt, labels: { ...body.labels, ...stillUnlearnt(body, facts) } };
    const left = body.deadline === null ? null : (body.deadline - drainedAt) / 1000;
    state(drainedText(left, wasCutShort(emptying, find)), { marginSeconds: left });
  }
  const verified = body.steps.find((step) => step.responder === "verify-gone" && step.state === "done");
  const gone = receiptFlag(verified, "gone");
  if (body.goneAt === null && gone === true) {
    body = { ...body, goneAt: verified?.settledAt ?? now };
    state(goneText(body));
  }
  if (body.cancelledAt === null && gone === false) {
    const owed = putBack(body, find, now).map(fresh);
    body = { ...body, cancelledAt: now, owed };
    state("the notice was not followed by an interruption: what was taken away is put back", {
      owed: owed.map((step) => step.id),
    });
  }
  const undone = hasNothingToCome(body) && body.steps.every((step) => !isUndoable(step, find) || isSettled(step));
  if (body.cancelledAt === null && !isGone(body) && undone) {
    const owed = putBack(body, find, now).map(fresh);
    body = { ...body, cancelledAt: now, owed };
    const text = "AWS has called the scheduled event off, or it is done";
    state(owed.length === 0 ? text : `${text}: what was taken away is put back`, { owed: owed.map((step) => step.id) });
  }
  const told = body.steps.find((step) => step.responder === "join-alert" && step.state === "done");
  const tags = [...doc.tags];
  if (body.alerts.length === 0 && told !== undefined) {
    const at = told.settledAt ?? now;
    const alerts = joinedBy(told.receipt).map((one) => ({ ...one, at }));
    body = { ...body, alerts };
    tags.push(...alerts.map(({ key, generation }) => memberTag(key, generation)));
  }
  const served = body.steps.find((step) => step.responder === "verify-replacement" && step.state === "done");
  if (body.servesAt === null && served !== undefined) body = { ...body, servesAt: served.settledAt };
  return { doc: { ...doc, tags, body }, entries };
}

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

/** @param left seconds to the deadline; negative if it had passed, null if there is none */
function drainedText(left: number | null, isCut: boolean): string {
  const what = isCut ? "not drained, and no longer waited for" : "drained";
  if (left === null) return what;
  return left < 0 ? `${what} ${(-left).toFixed(1)} s after the deadline` : `${what} with ${left.toFixed(1)} s left`;
}

function receiptFlag(step: Step | undefined, name: string): boolean | null {
  const receipt = step?.receipt;
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  const value = (receipt as { readonly [key: string]: unknown })[name];
  return typeof value === "boolean" ? value : null;
}

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
