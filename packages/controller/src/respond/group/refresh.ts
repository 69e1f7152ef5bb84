import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Group, Replacement } from "../../model/group.ts";
import type { Key } from "../../model/key.ts";
import type { Step } from "../../model/step.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import { overdue } from "../machine/next.ts";
import { isSettled, settle, withoutParams } from "../machine/steps.ts";
import { begin, change, find, mayHaveHappened, type Note, plan, WRITE_WITHIN, isRetired } from "./body.ts";
import { compareSkipped, expected, isPaid, planDesired, readPaid } from "./capacity.ts";
import { advanceDebts } from "./debts.ts";
import { admit, unitsIn, viewFrom } from "./gates.ts";
import { ASK_AGAIN, forget, planSteps, wakeAt } from "./plan-steps.ts";

type GroupDoc = Doc<"group">;

/**
 * Advances the state machine of a group. Pure. States of each replacement:
 *
 *     asked ─gates─▶ launching ─serving─▶ serves ─released, or timed out─▶ retiring ─▶ settled
 *       └─▶ refused      ├─ not written ─▶ refused
 *                        └─ abandoned ─▶ lowering ─▶ refused   (a possible raise is lowered again)
 *
 * Only steps of this document write the group's capacity, so that two incidents cannot both use its last room: each
 * commits this document with its version.
 */
export function refreshGroup(doc: GroupDoc, now: Ms): Refreshed<GroupDoc> {
  const entries: Entry[] = [];
  const note: Note = (text, data = {}) => {
    entries.push({ key: doc.key, at: now, kind: "state", text, data });
  };
  let body: Group = { ...doc.body, steps: doc.body.steps.map((step) => overBudget(step, now)) };
  body = readGates(body, note, now);
  body = readWrites(body, note, now);
  body = readPaid(body, note);
  body = readEnds(body, note, now);
  body = retireOverdue(body, note, now);
  body = advanceDebts(body, note, now);
  body = planSteps(body, now);
  body = forget(body, now);
  body = { ...body, steps: body.steps.map((step) => (isSettled(step) ? withoutParams(step) : step)) };
  return { doc: { ...doc, body, wakeAt: wakeAt(body, now) }, entries };
}

const overBudget = (step: Step, now: Ms): Step =>
  overdue(step, now) ? settle(step, "abandoned", step.reason ?? "its time is over", now) : step;

/** In this order, since instances that must not be detached are raised for. */
const WAYS = ["detach", "raise"] as const;

/** Applies the answer of the gates: refuses, or begins a batch. */
function readGates(body: Group, note: Note, now: Ms): Group {
  const gates = find(body, `gates:${body.round}`);
  if (gates === undefined || !isSettled(gates)) return body;
  const view = viewFrom(gates.receipt);
  let next: Group = { ...body, round: body.round + 1 };
  if (view === null) {
    const asked = Object.entries(body.replacing).filter(([, one]) => one.state === "asked");
    const reason = gates.reason ?? "the group could not be looked at";
    for (const [incident] of asked) next = change(next, incident, { state: "refused", reason }, now);
    note(`no replacement: ${reason}`);
    return next;
  }
  for (const by of WAYS) {
    const { admitted, refused, waiting, raised } = admit(next, by, view);
    for (const [incident, reason] of Object.entries(waiting)) next = change(next, incident, { reason }, now);
    for (const incident of raised) {
      next = change(next, incident, { by: "raise" }, now);
      note(`${incident}: detaching would take a last healthy target away, so that the group is raised`, { incident });
    }
    if (Object.keys(waiting).length > 0)
      next = { ...next, cooldownUntil: Math.max(next.cooldownUntil, now + ASK_AGAIN) };
    for (const [incident, reason] of Object.entries(refused)) {
      next = change(next, incident, { state: "refused", reason }, now);
      note(`${incident} is not replaced early: ${reason}`, { incident });
    }
    if (admitted.length === 0) continue;
    const ids = admitted.flatMap((incident) => next.replacing[incident]?.instanceId ?? []);
    const id = `${by}:${body.round}`;
    const abandonAt = now + WRITE_WITHIN;
    const units = new Map(admitted.map((incident) => [incident, unitsIn(view, next.replacing[incident])]));
    if (by === "detach")
      next = plan(next, { id, responder: "detach-instances", params: { group: body.name, ids }, abandonAt });
    else {
      next = { ...next, baseline: next.baseline ?? view.desired };
      const to = [...units.values()].reduce((total, one) => total + one, expected(next) ?? 0);
      next = planDesired(next, { id, to, after: [`detach:${body.round}`], abandonAt });
    }
    for (const [incident, one] of units) {
      const raised = by === "raise" ? one : 0;
      next = begin(next, incident, { state: "launching", batch: id, units: one, raised }, now);
    }
    next = { ...next, cooldownUntil: Math.max(next.cooldownUntil, now + body.cooldown) };
    note(`replacing ${ids.length} early by ${by}`, { ids });
  }
  return next;
}

/** Applies the results of a batch's write, and of the wait until its replacements serve. */
function readWrites(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    const begun = one.state === "launching" || (one.state === "retiring" && !isRetired(next, one));
    if (!begun || one.batch === null) continue;
    const write = find(next, one.batch);
    if (write !== undefined && isSettled(write) && write.state !== "done") {
      const reason = write.reason ?? "the group's capacity could not be changed";
      next = callOff(next, incident, one, { reason, mayHaveHappened: mayHaveHappened(write) }, now);
      note(`${incident} is not replaced early: ${reason}`, { incident });
      continue;
    }
    const serving = find(next, `serving:${one.batch}`);
    if (one.state !== "launching" || serving === undefined || !isSettled(serving)) continue;
    const reason = serving.state === "done" ? null : `no replacement served in time: ${serving.reason ?? ""}`;
    if (reason !== null && one.recommended && one.by === "raise") {
      // The instance is not being reclaimed, and no replacement serves: it stays.
      next = callOff(next, incident, one, { reason, mayHaveHappened: true }, now);
      note(`${incident} is not replaced early: ${reason}`, { incident });
      continue;
    }
    next = begin(next, incident, { state: "serves", reason }, now);
    note(reason ?? `a replacement of ${one.instanceId} serves`, { incident });
  }
  // A skipped raise: someone else has set the desired capacity.
  for (const step of body.steps) if (step.id.startsWith("raise:")) next = compareSkipped(next, step, note);
  return next;
}

/** Refuses a replacement; if its write may have happened, plans to lower the group again. */
function callOff(
  body: Group,
  incident: Key,
  one: Replacement,
  { reason, mayHaveHappened }: { readonly reason: string; readonly mayHaveHappened: boolean },
  now: Ms,
): Group {
  if (!mayHaveHappened) return change(body, incident, { state: "refused", raised: 0, reason }, now);
  // An instance that is still in its group is not terminated: the retiring step checks this first.
  if (one.by === "detach") return change(body, incident, { state: "retiring", reason }, now);
  return change(body, incident, { state: "lowering", reason }, now);
}

/** Finishes replacements whose raise is lowered: retired ones become settled, cancelled ones refused. */
function readEnds(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    if (!isPaid(next, one)) continue;
    const step = find(next, `retire:${one.instanceId}`);
    if (one.state === "lowering" && step === undefined) next = change(next, incident, { state: "refused" }, now);
    const ends = one.state === "retiring" || one.state === "lowering";
    if (!ends || step === undefined || !isSettled(step)) continue;
    const reason = (step.state === "done" ? null : step.reason) ?? one.reason;
    next = change(next, incident, { state: "settled", reason }, now);
    note(`${one.instanceId} is ${step.state === "done" ? "" : "not "}retired${reason === null ? "" : `: ${reason}`}`, {
      incident,
    });
  }
  return next;
}

/**
 * Retires replacements after their deadline, so that nothing stays detached or raised if an incident never comes back.
 */
function retireOverdue(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    if (one.deadline > now) continue;
    if (one.state === "asked")
      next = change(next, incident, { state: "refused", reason: "its turn did not come in time" }, now);
    // Earlier stages are ended by their own steps.
    if (one.state !== "serves") continue;
    next = change(next, incident, { state: "retiring" }, now);
    note(`the time of ${one.instanceId}'s replacement is over: it is retired`, { incident });
  }
  return next;
}
