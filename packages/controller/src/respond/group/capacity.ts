import type { Ms } from "../../clock.ts";
import type { Group, Replacement } from "../../model/group.ts";
import type { Key } from "../../model/key.ts";
import type { Plain } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { isSettled } from "../machine/steps.ts";
import { isUnderway } from "./document.ts";
import { ATTENTION, change, find, isRetired, mayHaveHappened, type Note, PAY_WITHIN, plan, without } from "./body.ts";

/**
 * Whether a write, or the read before it, is in progress. A group's books are its desired capacity without us
 * (`baseline`), and the raise for each instance (`raised`). The expected desired capacity follows from both, in
 * whatever order writes happened.
 *
 * Only one write at a time: its effect must be known before the next one is planned.
 *
 *     raise A: 10 → 11    (its answer is lost)
 *     retire B:              11 → 10             a read now shows 10, so the raise would be repeated
 */
export const isBusy = (body: Group): boolean =>
  body.steps.some((step) => !isSettled(step) && (ALONE.has(step.responder) || isBegun(step)));

/** Responders of writes, and of the read that the next write depends on. */
const ALONE: ReadonlySet<string> = new Set(["group-gates", "detach-instances", "set-desired", "terminate-in-group"]);

/** Any other write can wait long (the On-Demand base for an instance refresh), so it blocks others only once it is begun. */
const isBegun = (step: Step): boolean => step.state === "intended";

/** Returns the total raise that is not lowered again. A raise in progress does not count yet. */
export function owed(body: Group): number {
  const pending = new Set(body.steps.filter((step) => !isSettled(step)).map((step) => step.id));
  const all = Object.values(body.replacing).filter((one) => one.batch === null || !pending.has(one.batch));
  return sum(all);
}

const sum = (all: readonly Replacement[]): number => all.reduce((total, one) => total + one.raised, 0);

/** Returns instances of earlier batches, whose replacements must not count for a later batch. */
export function replacedBefore(body: Group, servingStep: string): readonly string[] {
  const round = roundOf(servingStep);
  const all = Object.values(body.replacing).filter((one) => isUnderway(one) && one.batch !== null);
  return all.filter((one) => roundOf(one.batch ?? "") < round).map((one) => one.instanceId);
}

const roundOf = (id: string): number => Number(id.split(":").at(-1));

/** Returns the expected desired capacity; null if nothing is raised. */
export const expected = (body: Group): number | null => (body.baseline === null ? null : body.baseline + owed(body));

/** Bound of remembered values that Spotkeeper has set. */
const MOST_OURS = 12;

interface Desired extends Pick<Step, "id" | "abandonAt"> {
  readonly to: number;
  readonly after?: readonly string[];
  /** An earlier write may have set this value already. */
  readonly unsure?: boolean;
}

/** Plans a write of desired capacity from its expected value to another, and remembers the value as ours. */
export function planDesired(body: Group, { to, unsure = false, ...step }: Desired): Group {
  const from = expected(body);
  if (from === null) return body;
  const params = { group: body.name, from: unsure ? [from] : from, to };
  const planned = plan(body, { ...step, responder: "set-desired", params });
  return { ...planned, ours: [...new Set([...body.ours, to])].slice(-MOST_OURS) };
}

/**
 * Compares a desired capacity from AWS with the expected one. If they differ, someone else has set it: that value
 * becomes the new baseline, and our raises are dropped without lowering.
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

/** The same for a write that was skipped because of an unexpected value. */
export function compareSkipped(body: Group, step: Step, note: Note): Group {
  const seen = step.state === "skipped" ? numberIn(step.receipt, "desired") : null;
  return seen === null ? body : compare(body, seen, note);
}

const FIRST_LOWER = "lower:";
const SETTLE = "settle";

/** Applies the results of writes that lower the group again. */
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

/** Applies a retirement. If the instance was already gone, or AWS refused, its raise still has to be lowered. */
function readRetire(body: Group, step: Step, note: Note): Group {
  const found = Object.entries(body.replacing).find(([, one]) => `retire:${one.instanceId}` === step.id);
  if (found === undefined || found[1].state !== "retiring") return body;
  const [incident, one] = found;
  const paid = Math.min(one.raised, step.state === "done" ? paidBy(step.receipt, one.raised) : 0);
  const left = one.raised - paid;
  const state = left > 0 ? ("lowering" as const) : one.state;
  const reason = step.state === "done" ? one.reason : (step.reason ?? one.reason);
  const next = change(body, incident, { raised: left, state, reason }, one.since);
  // The value in the receipt is used once, since later writes change it.
  const steps = next.steps.map((other) => (other.id === step.id ? { ...other, receipt: null } : other));
  const seen = numberIn(step.receipt, "desired");
  return seen === null ? { ...next, steps } : compare({ ...next, steps }, seen, note);
}

/**
 * Returns how much a retirement lowered. A receipt of an earlier version shows only whether the instance was already
 * gone.
 */
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

/**
 * Returns the replacements that a step lowers: those of a batch that were cancelled before it began or, in an earlier
 * version, one instance.
 */
function lowered(body: Group, id: string): [Key, Replacement][] {
  const begun = find(body, id)?.startedAt ?? Number.POSITIVE_INFINITY;
  return Object.entries(body.replacing).filter(([, { state, batch, instanceId, since }]) => {
    if (id === `${FIRST_LOWER}${instanceId}`) return state === "lowering" || state === "retiring";
    return state === "lowering" && id === `${FIRST_LOWER}${batch ?? ""}` && since <= begun;
  });
}

/**
 * Applies the final comparison: desired capacity is back at the baseline, or at someone else's value, or people are
 * asked to set it.
 */
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
 * Plans to lower the group again, one step at a time: first cancelled raises (those with an unknown outcome before
 * others), then retirements; at the end desired capacity is compared with the baseline.
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

/** Whether a write for the replacement was abandoned with an unknown outcome. */
const isUnsure = (body: Group, { batch, instanceId }: Replacement): boolean =>
  [batch ?? "", `retire:${instanceId}`].some((id) => {
    const write = find(body, id);
    return write !== undefined && mayHaveHappened(write);
  });

/** Whether the replacement's raise is lowered completely and, if it was the last one, the final comparison is done. */
export const isPaid = (body: Group, one: Replacement): boolean =>
  one.raised === 0 && (one.by === "detach" || body.baseline === null || owed(body) > 0);

function numberIn(receipt: Plain, name: string): number | null {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  const value = (receipt as { readonly [key: string]: Plain })[name];
  return typeof value === "number" ? value : null;
}

const isAlready = (receipt: Plain): boolean =>
  receipt !== null && typeof receipt === "object" && "already" in receipt && receipt.already === true;
