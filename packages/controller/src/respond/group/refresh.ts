import type { Ms } from "../../clock.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import type { Doc, Entry, Group, Key, Params, Replacement, Step } from "../../record/doc.ts";
import type { Refreshed } from "../incident.ts";
import { overdue } from "../next.ts";
import { fresh, isSettled, settle } from "../steps.ts";
import { admit, viewFrom } from "./gates.ts";
import { isOver, isUnderway } from "./record.ts";

type GroupDoc = Doc<"group">;

const GATES_WITHIN: Ms = 60_000;
const WRITE_WITHIN: Ms = 120_000;
const RETIRE_WITHIN: Ms = 3_600_000;
/** What is over stays so long, for the incident to read its end; one that comes later asks again. */
const KEEP_OVER: Ms = 60_000;
const LONGEST_REASON = 150;
const ASK_AGAIN: Ms = 5_000;
/** The first who asks waits so long for the others of a storm: one look, and one batch, is for all of them. */
const GATHER: Ms = 1_000;

/**
 * Pure: the group's own machine. Of each replacement:
 *
 *     asked ─gates─▶ launching ─serving─▶ serves ─released, or its time is over─▶ retiring ─▶ settled
 *       └─▶ refused      └─ write failed ─▶ refused           (cancelled: what was raised is lowered again)
 *
 * Only this document's steps write to the group's capacity, so that two incidents that want its last room cannot both
 * have it: each reads this document and commits it at its version.
 */
export function refreshGroup(doc: GroupDoc, now: Ms): Refreshed<GroupDoc> {
  const entries: Entry[] = [];
  const note = (text: string, data: Params = {}): void => {
    entries.push({ key: doc.key, at: now, kind: "state", text, data });
  };
  let body: Group = { ...doc.body, steps: doc.body.steps.map((step) => overBudget(step, now)) };
  body = readGates(body, note, now);
  body = readWrites(body, note, now);
  body = readRetired(body, note, now);
  body = retireOverdue(body, note, now);
  body = planSteps(body, now);
  body = forget(body, now);
  return { doc: { ...doc, body, wakeAt: wakeAt(body, now) }, entries };
}

const overBudget = (step: Step, now: Ms): Step =>
  overdue(step, now) ? settle(step, "abandoned", step.reason ?? "its time is over", now) : step;

const change = (body: Group, incident: Key, to: Partial<Replacement>, now: Ms): Group => {
  const had = body.replacing[incident];
  if (had === undefined) return body;
  const reason = (to.reason ?? had.reason)?.slice(0, LONGEST_REASON) ?? null;
  return { ...body, replacing: { ...body.replacing, [incident]: { ...had, ...to, reason, since: now } } };
};

/** A new stage, with its own time. */
const begin = (body: Group, incident: Key, to: Partial<Replacement>, now: Ms): Group =>
  change(body, incident, { ...to, deadline: now + (body.replacing[incident]?.within ?? 0) }, now);

const find = (body: Group, id: string): Step | undefined => body.steps.find((step) => step.id === id);
const plan = (body: Group, step: Omit<PlannedStep, "after" | "notBefore">): Group => ({
  ...body,
  steps: [...body.steps, fresh({ ...step, after: [], notBefore: null })],
});
const isRetired = (body: Group, one: Replacement): boolean => find(body, `retire:${one.instanceId}`) !== undefined;
type Note = (text: string, data?: Params) => void;

const WAYS = ["detach", "raise"] as const;

/** The gates have answered: refuse, or begin a batch. */
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
    const { admitted, refused, waiting } = admit(next, by, view);
    if (waiting.length > 0) next = { ...next, cooldownUntil: Math.max(next.cooldownUntil, now + ASK_AGAIN) };
    for (const [incident, reason] of Object.entries(refused)) {
      next = change(next, incident, { state: "refused", reason }, now);
      note(`${incident} is not replaced early: ${reason}`, { incident });
    }
    if (admitted.length === 0) continue;
    const ids = admitted.flatMap((incident) => next.replacing[incident]?.instanceId ?? []);
    const id = `${by}:${body.round}`;
    for (const incident of admitted) next = begin(next, incident, { state: "launching", batch: id }, now);
    const abandonAt = now + WRITE_WITHIN;
    if (by === "detach")
      next = plan(next, { id, responder: "detach-instances", params: { group: body.name, ids }, abandonAt });
    else {
      const params = { group: body.name, from: view.desired, to: view.desired + ids.length };
      next = {
        ...plan(next, { id, responder: "set-desired", params, abandonAt }),
        baseline: body.baseline ?? view.desired,
      };
    }
    next = { ...next, cooldownUntil: Math.max(next.cooldownUntil, now + body.cooldown) };
    note(`replacing ${ids.length} early by ${by}`, { ids });
  }
  return next;
}

/** A batch was written, or failed; then its replacements serve, or do not in time. */
function readWrites(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    const begun = one.state === "launching" || (one.state === "retiring" && !isRetired(next, one));
    if (!begun || one.batch === null) continue;
    const write = find(next, one.batch);
    if (write !== undefined && isSettled(write) && write.state !== "done") {
      const reason = write.reason ?? "the group's capacity could not be changed";
      next = callOff(
        next,
        incident,
        one,
        { reason, mayHaveHappened: write.state === "abandoned" && !REFUSED_BY_AWS.test(reason) },
        now,
      );
      note(`${incident} is not replaced early: ${reason}`, { incident });
      continue;
    }
    const serving = find(next, `serving:${one.batch}`);
    if (one.state !== "launching" || serving === undefined || !isSettled(serving)) continue;
    const reason = serving.state === "done" ? null : `no replacement served in time: ${serving.reason ?? ""}`;
    if (reason !== null && one.recommended && one.by === "raise") {
      // Nothing takes this instance yet, and nothing took its place: it stays.
      next = callOff(next, incident, one, { reason, mayHaveHappened: true }, now);
      note(`${incident} is not replaced early: ${reason}`, { incident });
      continue;
    }
    next = begin(next, incident, { state: "serves", reason }, now);
    note(reason ?? `a replacement of ${one.instanceId} serves`, { incident });
  }
  return next;
}

/** These kinds of failure (aws/failure.ts) say that nothing was written. */
const REFUSED_BY_AWS = /^(denied|invalid|not-found):/;

/** Refused; and where something may have been written all the same, that is paid back. */
function callOff(
  body: Group,
  incident: Key,
  one: Replacement,
  { reason, mayHaveHappened }: { readonly reason: string; readonly mayHaveHappened: boolean },
  now: Ms,
): Group {
  if (!mayHaveHappened) return change(body, incident, { state: "refused", reason }, now);
  // What is still in its group is not terminated: the step that does it looks first.
  if (one.by === "detach") return change(body, incident, { state: "retiring", reason }, now);
  return change(planLower(body, one.instanceId, now), incident, { state: "refused", reason }, now);
}

/**
 * Retired is settled. Where the instance had gone by itself before it could be terminated with decrement, the group has
 * filled its place: what was raised for it is lowered by a step of its own. One write to the capacity at a time: each
 * changes what the next one finds.
 */
function readRetired(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    if (one.state !== "retiring") continue;
    const step = find(next, `retire:${one.instanceId}`);
    if (step === undefined || !isSettled(step)) continue;
    const lower = find(next, `lower:${one.instanceId}`);
    if (one.by === "raise" && wentByItself(step) && lower === undefined) {
      if (!isChangingCapacity(next)) next = planLower(next, one.instanceId, now);
      continue;
    }
    if (lower !== undefined && !isSettled(lower)) continue;
    const reason = step.state === "done" ? null : step.reason;
    next = change(next, incident, { state: "settled", reason }, now);
    note(`${one.instanceId} is retired${reason === null ? "" : `: ${reason}`}`, { incident });
  }
  return next;
}

const isChangingCapacity = (body: Group): boolean =>
  body.steps.some((step) => !isSettled(step) && /^(?:raise|retire|lower):/.test(step.id));

const wentByItself = (step: Step): boolean =>
  step.state === "done" &&
  step.receipt !== null &&
  typeof step.receipt === "object" &&
  "already" in step.receipt &&
  step.receipt.already === true;

function planLower(body: Group, instanceId: string, now: Ms): Group {
  if (body.baseline === null) return body;
  const raised = Object.values(body.replacing).filter((one) => one.by === "raise" && isUnderway(one)).length;
  const params = { group: body.name, from: body.baseline + raised, to: body.baseline + raised - 1 };
  return plan(body, { id: `lower:${instanceId}`, responder: "set-desired", params, abandonAt: now + RETIRE_WITHIN });
}

/** Nothing stays detached or raised that nobody needs: its time is bounded even if its incident never comes back. */
function retireOverdue(body: Group, note: Note, now: Ms): Group {
  let next = body;
  for (const [incident, one] of Object.entries(body.replacing)) {
    if (one.deadline > now) continue;
    if (one.state === "asked")
      next = change(next, incident, { state: "refused", reason: "its turn did not come in time" }, now);
    // Before it serves there is nothing that must be paid back but by its own steps, which end by themselves.
    if (one.state !== "serves") continue;
    next = change(next, incident, { state: "retiring" }, now);
    note(`the time of ${one.instanceId}'s replacement is over: it is retired`, { incident });
  }
  return next;
}

/** The steps that the states call for and that are not there yet. */
function planSteps(body: Group, now: Ms): Group {
  let next = body;
  const all = Object.values(body.replacing);
  const asked = all.filter((one) => one.state === "asked");
  if (asked.length > 0 && now >= mayLookAt(body) && find(next, `gates:${body.round}`) === undefined) {
    const params = { group: body.name, ids: asked.map((one) => one.instanceId) };
    next = plan(next, { id: `gates:${body.round}`, responder: "group-gates", params, abandonAt: now + GATES_WITHIN });
  }
  for (const one of all) {
    if (one.state === "launching" && one.batch !== null && find(next, one.batch)?.state === "done") {
      const id = `serving:${one.batch}`;
      if (find(next, id) === undefined) {
        const except = all.filter((other) => other.batch === one.batch).map((other) => other.instanceId);
        next = plan(next, {
          id,
          responder: "group-serving",
          params: { group: body.name, except },
          abandonAt: one.deadline,
        });
      }
    }
    // What is under way is not paid back before it is known whether it happened.
    const write = one.batch === null ? undefined : find(next, one.batch);
    const known = write === undefined || isSettled(write);
    if (one.state === "retiring" && known && !isRetired(next, one)) {
      const responder = one.by === "raise" ? "terminate-in-group" : "terminate-detached";
      const params = { group: body.name, instanceId: one.instanceId };
      next = plan(next, { id: `retire:${one.instanceId}`, responder, params, abandonAt: now + RETIRE_WITHIN });
    }
  }
  return next;
}

/** What is over is dropped with its steps, so that the document stays small however long it lives. */
function forget(body: Group, now: Ms): Group {
  const replacing = Object.fromEntries(
    Object.entries(body.replacing).filter(([, one]) => !isOver(one) || now - one.since < KEEP_OVER),
  );
  const needed = new Set(
    Object.values(replacing).flatMap((one) => {
      if (one.state === "launching") return [one.batch ?? "", `serving:${one.batch ?? ""}`];
      return one.state === "retiring" ? [one.batch ?? "", `retire:${one.instanceId}`, `lower:${one.instanceId}`] : [];
    }),
  );
  // Writes that are under way are seen through; nobody waits any more for what only watches.
  const steps = body.steps.filter(
    (step) =>
      needed.has(step.id) || step.id === `gates:${body.round}` || (!isSettled(step) && !step.id.startsWith("serving:")),
  );
  const idle = Object.values(replacing).every(isOver);
  return { ...body, replacing, steps, ...(idle ? { baseline: null } : {}) };
}

/** When the group may be looked at for those that have asked. */
function mayLookAt(body: Group): Ms {
  const asked = Object.values(body.replacing).filter((one) => one.state === "asked");
  return Math.max(body.cooldownUntil, Math.min(...asked.map((one) => one.askedAt)) + GATHER);
}

/** When nothing is due by a step: the cool-down's end, a replacement's own end, or the clean-up of what is over. */
function wakeAt(body: Group, now: Ms): Ms | null {
  const moments = Object.values(body.replacing).flatMap((one) => {
    if (one.state === "asked")
      return [Math.min(one.deadline, mayLookAt(body) > now ? mayLookAt(body) : now + ASK_AGAIN)];
    if (isOver(one)) return [one.since + KEEP_OVER];
    return [Math.max(one.deadline, now + ASK_AGAIN)];
  });
  return moments.length === 0 ? null : Math.min(...moments);
}
