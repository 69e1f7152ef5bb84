import type { Ms } from "../../clock.ts";
import type { Group, OnDemand, Replacement } from "../../record/doc.ts";
import { isSettled } from "../steps.ts";
import { find, isRetired, PAY_WITHIN, plan } from "./body.ts";
import { LOWER, RAISE } from "./fallback.ts";
import { isOver } from "./record.ts";

const GATES_WITHIN: Ms = 60_000;
/** What is over stays so long, for the incident to read its end; one that comes later asks again. */
const KEEP_OVER: Ms = 60_000;
export const ASK_AGAIN: Ms = 5_000;
/** The first who asks waits so long for the others of a storm: one look, and one batch, is for all of them. */
const GATHER: Ms = 1_000;

/** The steps that the states call for and that are not there yet. */
export function planSteps(body: Group, now: Ms): Group {
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
        const batch = all.filter((other) => other.batch === one.batch);
        const except = batch.map((other) => other.instanceId);
        const onDemand = mostAllowed(batch);
        next = plan(next, {
          id,
          responder: "group-serving",
          params: { group: body.name, except, since: one.since, onDemand: onDemand === null ? null : { ...onDemand } },
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
      next = plan(next, { id: `retire:${one.instanceId}`, responder, params, abandonAt: now + PAY_WITHIN });
    }
  }
  return next;
}

/** What the policies of a batch allow, the most generous for all. */
function mostAllowed(batch: readonly Replacement[]): OnDemand | null {
  const all = batch.flatMap((one) => one.onDemand ?? []);
  return all.toSorted((a, b) => b.most - a.most || b.lasts - a.lasts)[0] ?? null;
}

/** What is over is dropped with its steps, so that the document stays small however long it lives. */
export function forget(body: Group, now: Ms): Group {
  const replacing = Object.fromEntries(
    Object.entries(body.replacing).filter(([, one]) => !isOver(one) || now - one.since < KEEP_OVER),
  );
  const needed = new Set(
    Object.values(replacing).flatMap((one) => {
      if (one.state === "launching") return [one.batch ?? "", `serving:${one.batch ?? ""}`];
      if (one.state === "lowering") return [one.batch ?? "", `lower:${one.instanceId}`];
      return one.state === "retiring" ? [one.batch ?? "", `retire:${one.instanceId}`, `lower:${one.instanceId}`] : [];
    }),
  );
  // Writes that are under way are seen through; nobody waits any more for what only watches.
  const steps = body.steps.filter(
    (step) =>
      needed.has(step.id) ||
      step.id === `gates:${body.round}` ||
      (body.fallback !== null && isOfFallback(step.id)) ||
      (!isSettled(step) && !step.id.startsWith("serving:")),
  );
  const idle = Object.values(replacing).every(isOver);
  return { ...body, replacing, steps, ...(idle ? { baseline: null } : {}) };
}

const isOfFallback = (id: string): boolean => id === RAISE || id === LOWER;

/** When the group may be looked at for those that have asked. */
function mayLookAt(body: Group): Ms {
  const asked = Object.values(body.replacing).filter((one) => one.state === "asked");
  return Math.max(body.cooldownUntil, Math.min(...asked.map((one) => one.askedAt)) + GATHER);
}

/** When nothing is due by a step: the cool-down's end, a replacement's own end, or the clean-up of what is over. */
export function wakeAt(body: Group, now: Ms): Ms | null {
  const moments = Object.values(body.replacing).flatMap((one) => {
    if (one.state === "asked")
      return [Math.min(one.deadline, mayLookAt(body) > now ? mayLookAt(body) : now + ASK_AGAIN)];
    if (isOver(one)) return [one.since + KEEP_OVER];
    return [Math.max(one.deadline, now + ASK_AGAIN)];
  });
  if (body.fallback !== null && body.fallback.until !== null)
    moments.push(Math.max(body.fallback.until, now + ASK_AGAIN));
  return moments.length === 0 ? null : Math.min(...moments);
}
