import type { Ms } from "../../clock.ts";
import type { Group, OnDemand, Replacement } from "../../model/group.ts";
import { isSettled } from "../steps.ts";
import { find, isRetired, PAY_WITHIN, plan } from "./body.ts";
import { isBusy, planPayments } from "./capacity.ts";
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
  for (const one of Object.values(body.replacing)) {
    if (one.state === "launching") next = planServing(next, one);
    if (one.state === "retiring" && one.by === "detach" && isKnown(next, one) && !isRetired(next, one)) {
      const params = { group: body.name, instanceId: one.instanceId };
      const id = `retire:${one.instanceId}`;
      next = plan(next, { id, responder: "terminate-detached", params, abandonAt: now + PAY_WITHIN });
    }
  }
  return planGates(planPayments(next, now), now);
}

/** A look at the group for those that ask; not while it is written to, which changes what is seen. */
function planGates(body: Group, now: Ms): Group {
  const asked = Object.values(body.replacing).filter((one) => one.state === "asked");
  if (asked.length === 0 || now < mayLookAt(body) || isBusy(body)) return body;
  const id = `gates:${body.round}`;
  const params = { group: body.name, ids: asked.map((one) => one.instanceId) };
  return plan(body, { id, responder: "group-gates", params, abandonAt: now + GATES_WITHIN });
}

function planServing(body: Group, { batch, since, deadline }: Replacement): Group {
  if (batch === null || find(body, batch)?.state !== "done" || find(body, `serving:${batch}`) !== undefined)
    return body;
  const all = Object.values(body.replacing).filter((other) => other.batch === batch);
  const onDemand = mostAllowed(all);
  const params = {
    group: body.name,
    except: all.map((other) => other.instanceId),
    since,
    onDemand: onDemand === null ? null : { ...onDemand },
  };
  return plan(body, { id: `serving:${batch}`, responder: "group-serving", params, abandonAt: deadline });
}

/** What is under way is not paid back before it is known whether it happened. */
function isKnown(body: Group, one: Replacement): boolean {
  const write = one.batch === null ? undefined : find(body, one.batch);
  return write === undefined || isSettled(write);
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
      const ends = one.state === "retiring" || one.state === "lowering";
      return ends ? [one.batch ?? "", `retire:${one.instanceId}`] : [];
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
  return { ...body, replacing, steps };
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
