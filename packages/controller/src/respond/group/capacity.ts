import type { Ms } from "../../clock.ts";
import type { Group, Replacement } from "../../model/group.ts";
import type { Key } from "../../model/key.ts";
import type { Plain } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { isSettled } from "../steps.ts";
import { isUnderway } from "./record.ts";
import { ATTENTION, change, find, isRetired, mayHaveHappened, type Note, PAY_WITHIN, plan, without } from "./body.ts";

/**
 * A group's books: what desired capacity is without us (`baseline`), and what of it we have raised for whom (`raised`).
 * What desired capacity should be follows from both, whatever was written in which order.
 *
 * One write at a time: what it did is known before the next one is planned, since each changes what the next one finds.
 *
 *     raise A: 10 → 11    (its answer is lost)
 *     retire B:              11 → 10             looked at now, the raise seems not to have happened, and is repeated
 */
export const isBusy = (body: Group): boolean =>
  body.steps.some((step) => !isSettled(step) && (ALONE.has(step.responder) || isBegun(step)));

/** The writes, and the look at the group that the next one is decided by. */
const ALONE: ReadonlySet<string> = new Set(["group-gates", "detach-instances", "set-desired", "terminate-in-group"]);

/** The On-Demand base can wait long (for an instance refresh), and keeps the others waiting only once it is begun. */
const isBegun = (step: Step): boolean => step.responder === "set-on-demand-base" && step.state === "intended";

/** What is raised and not paid back. What is being raised just now does not count before it is known to be there. */
export function owed(body: Group): number {
  const pending = new Set(body.steps.filter((step) => !isSettled(step)).map((step) => step.id));
  const all = Object.values(body.replacing).filter((one) => one.batch === null || !pending.has(one.batch));
  return sum(all);
}

const sum = (all: readonly Replacement[]): number => all.reduce((total, one) => total + one.raised, 0);

/** Instances of earlier batches: what has come in their place is not counted again for a later batch. */
export function replacedBefore(body: Group, servingStep: string): readonly string[] {
  const round = roundOf(servingStep);
  const all = Object.values(body.replacing).filter((one) => isUnderway(one) && one.batch !== null);
  return all.filter((one) => roundOf(one.batch ?? "") < round).map((one) => one.instanceId);
}

const roundOf = (id: string): number => Number(id.split(":").at(-1));

/** What desired capacity should be now; null: nothing is raised. */
export const expected = (body: Group): number | null => (body.baseline === null ? null : body.baseline + owed(body));

/** The last values that we have asked for. */
const MOST_OURS = 12;

interface Desired extends Pick<Step, "id" | "abandonAt"> {
  readonly to: number;
  readonly after?: readonly string[];
  /** An earlier write may have set it to that already. */
  readonly unsure?: boolean;
}

/** Plans that desired capacity be set from what it should be now to another value, and keeps that it is ours. */
export function planDesired(body: Group, { to, unsure = false, ...step }: Desired): Group {
  const from = expected(body);
  if (from === null) return body;
  const params = { group: body.name, from: unsure ? [from] : from, to };
  const planned = plan(body, { ...step, responder: "set-desired", params });
  return { ...planned, ours: [...new Set([...body.ours, to])].slice(-MOST_OURS) };
}

/**
 * What a look or a write has seen of desired capacity, compared with the books. If it is not what it should be, somebody
 * else has set it: theirs stands. What we had raised is then a part of it, and nobody lowers it.
 */
function compare(body: Group, seen: number, note: Note): Group {
  const should = expected(body);
  if (should === null || seen === should) return body;
  const reason = `somebody else set desired capacity to ${seen}, where ${should} was ours: theirs stands`;
  note(reason, { ...ATTENTION, seen, expected: should });
  let next: Group = { ...body, baseline: seen, ours: [] };
  for (const [incident, one] of Object.entries(body.replacing))
    if (one.raised > 0) next = change(next, incident, { raised: 0, reason }, one.since);
  return next;
}

/** The same of a write to desired capacity that was left out because of what it saw. */
export function compareSkipped(body: Group, step: Step, note: Note): Group {
  const seen = step.state === "skipped" ? numberIn(step.receipt, "desired") : null;
  return seen === null ? body : compare(body, seen, note);
}

const FIRST_LOWER = "lower:";
const SETTLE = "settle";

/** What the writes that pay back have done. */
export function readPaid(body: Group, note: Note): Group {
  let next = body;
  for (const step of body.steps) {
    if (!isSettled(step)) continue;
    if (step.id === SETTLE) next = readSettle(next, step, note);
    if (step.id.startsWith(FIRST_LOWER)) next = readLower(next, step, note);
    if (step.responder === "terminate-in-group") next = readRetire(next, step, note);
  }
  return next;
}

/** Where the instance had gone by itself, or AWS refused, what was raised for it is still there. */
function readRetire(body: Group, step: Step, note: Note): Group {
  const found = Object.entries(body.replacing).find(([, one]) => `retire:${one.instanceId}` === step.id);
  if (found === undefined || found[1].state !== "retiring") return body;
  const [incident, one] = found;
  const paid = Math.min(one.raised, step.state === "done" ? paidBy(step.receipt, one.raised) : 0);
  const left = one.raised - paid;
  const state = left > 0 ? ("lowering" as const) : one.state;
  const reason = step.state === "done" ? one.reason : (step.reason ?? one.reason);
  const next = change(body, incident, { raised: left, state, reason }, one.since);
  // What it saw counts once: later writes change it.
  const steps = next.steps.map((other) => (other.id === step.id ? { ...other, receipt: null } : other));
  const seen = numberIn(step.receipt, "desired");
  return seen === null ? { ...next, steps } : compare({ ...next, steps }, seen, note);
}

/** An earlier version's receipt says only whether the instance had gone by itself. */
function paidBy(receipt: Plain, raised: number): number {
  const paid = numberIn(receipt, "paid");
  if (paid !== null) return paid;
  const already = receipt !== null && typeof receipt === "object" && "already" in receipt && receipt.already === true;
  return already ? 0 : raised;
}

function readLower(body: Group, step: Step, note: Note): Group {
  let next = compareSkipped(without(body, step.id), step, note);
  for (const [incident, one] of lowered(body, step.id)) next = change(next, incident, { raised: 0 }, one.since);
  if (step.state === "abandoned")
    note(`desired capacity could not be lowered: ${step.reason ?? ""}; it is looked at again`, ATTENTION);
  return next;
}

/** For whom a step lowers: those of a batch that were called off before it began or, in an earlier version, one instance. */
function lowered(body: Group, id: string): [Key, Replacement][] {
  const begun = find(body, id)?.startedAt ?? Number.POSITIVE_INFINITY;
  return Object.entries(body.replacing).filter(([, { state, batch, instanceId, since }]) => {
    if (id === `${FIRST_LOWER}${instanceId}`) return state === "lowering" || state === "retiring";
    return state === "lowering" && id === `${FIRST_LOWER}${batch ?? ""}` && since <= begun;
  });
}

/** The books are closed: desired capacity is what it was, or theirs, or people are asked to see to it. */
function readSettle(body: Group, step: Step, note: Note): Group {
  const compared = compareSkipped(without(body, step.id), step, note);
  if (step.state === "abandoned")
    note(`desired capacity could not be set back to ${body.baseline ?? "?"}: ${step.reason ?? ""}; please set it`, {
      ...ATTENTION,
    });
  if (step.state === "skipped" && step.receipt === null)
    note(
      `desired capacity may still be what we had raised it to, above ${body.baseline ?? "?"}: ${step.reason ?? ""}`,
      {
        ...ATTENTION,
      },
    );
  if (step.state === "done" && !isAlready(step.receipt))
    note(`desired capacity was still what we had raised it to: set back to ${body.baseline ?? "?"}`, ATTENTION);
  return { ...compared, baseline: null, ours: [] };
}

/**
 * What is to be paid back, one step at a time: first what was called off (of a raise that may have happened nobody else
 * may guess), then who is to be retired; at the end desired capacity is compared with what it was.
 */
export function planPayments(body: Group, now: Ms): Group {
  if (isBusy(body)) return body;
  const all = Object.values(body.replacing);
  const called = all.filter((one) => one.state === "lowering" && one.raised > 0);
  const [first = called[0]] = called.filter((one) => isUnsure(body, one));
  if (first !== undefined) {
    const id = `${FIRST_LOWER}${first.batch ?? ""}`;
    const all = lowered(body, id).map(([, one]) => one);
    const to = (expected(body) ?? 0) - sum(all);
    return planDesired(body, { id, to, unsure: all.some((one) => isUnsure(body, one)), abandonAt: now + PAY_WITHIN });
  }
  const waiting = all.filter((one) => one.state === "retiring" && one.by === "raise" && !isRetired(body, one));
  const [retired] = waiting.toSorted((a, b) => a.since - b.since);
  if (retired !== undefined) {
    const { instanceId, raised } = retired;
    const params = { group: body.name, instanceId, units: raised, from: expected(body) };
    const id = `retire:${instanceId}`;
    return plan(body, { id, responder: "terminate-in-group", params, abandonAt: now + PAY_WITHIN });
  }
  if (body.baseline === null || all.some((one) => one.raised > 0)) return body;
  const { baseline, name } = body;
  const params = { group: name, from: body.ours.filter((value) => value !== baseline), to: baseline };
  return plan(body, { id: SETTLE, responder: "set-desired", params, abandonAt: now + PAY_WITHIN });
}

/** Whether a write for it was given up of which nobody knows what it did. */
const isUnsure = (body: Group, { batch, instanceId }: Replacement): boolean =>
  [batch ?? "", `retire:${instanceId}`].some((id) => {
    const write = find(body, id);
    return write !== undefined && mayHaveHappened(write);
  });

/** Whether nothing that was raised for it is left to be paid or, where it was the last one, to be looked at. */
export const isPaid = (body: Group, one: Replacement): boolean =>
  one.raised === 0 && (one.by === "detach" || body.baseline === null || owed(body) > 0);

function numberIn(receipt: Plain, name: string): number | null {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  const value = (receipt as { readonly [key: string]: Plain })[name];
  return typeof value === "number" ? value : null;
}

const isAlready = (receipt: Plain): boolean =>
  receipt !== null && typeof receipt === "object" && "already" in receipt && receipt.already === true;
