import type { Ms } from "../../clock.ts";
import type { Group, OnDemand, Replacement } from "../../model/group.ts";
import { isSettled } from "../machine/steps.ts";
import { find, isRetired, PAY_WITHIN, plan } from "./body.ts";
import { isBusy, planPayments } from "./capacity.ts";
import { debtsWakeAt, isOfDebt } from "./debts.ts";
import { isOver } from "./document.ts";

const GATES_WITHIN: Ms = 60_000;
/** How long a finished replacement is kept, so that its incident can read the result. */
const KEEP_OVER: Ms = 60_000;
export const ASK_AGAIN: Ms = 5_000;
/** How long the first request waits for others of a storm, so that one read and one batch serve all. */
const GATHER: Ms = 1_000;

/** Plans the steps that the replacements' states need and that are not planned yet. */
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

/**
 * Plans a read of the group for requested replacements; not while a write is in progress, which changes the result.
 */
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

/** Whether the write for the replacement is settled, so that its outcome is known. */
function isKnown(body: Group, one: Replacement): boolean {
  const write = one.batch === null ? undefined : find(body, one.batch);
  return write === undefined || isSettled(write);
}

/** Returns the highest On-Demand allowance of a batch; it is used for all. */
function mostAllowed(batch: readonly Replacement[]): OnDemand | null {
  const all = batch.flatMap((one) => one.onDemand ?? []);
  return all.toSorted((a, b) => b.most - a.most || b.lasts - a.lasts)[0] ?? null;
}

/** Removes finished replacements with their steps, so that the document stays small. */
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
  // Writes in progress are finished; steps that only watch are dropped.
  const steps = body.steps.filter(
    (step) =>
      needed.has(step.id) ||
      step.id === `gates:${body.round}` ||
      isOfDebt(body, step.id) ||
      (!isSettled(step) && !step.id.startsWith("serving:")),
  );
  return { ...body, replacing, steps };
}

/** Returns when the group may be read for requested replacements. */
function mayLookAt(body: Group): Ms {
  const asked = Object.values(body.replacing).filter((one) => one.state === "asked");
  return Math.max(body.cooldownUntil, Math.min(...asked.map((one) => one.askedAt)) + GATHER);
}

/**
 * Returns when the document is due apart from its steps: the end of the cool-down, a replacement's deadline, or the
 * clean-up.
 */
export function wakeAt(body: Group, now: Ms): Ms | null {
  const moments = Object.values(body.replacing).flatMap((one) => {
    if (one.state === "asked")
      return [Math.min(one.deadline, mayLookAt(body) > now ? mayLookAt(body) : now + ASK_AGAIN)];
    if (isOver(one)) return [one.since + KEEP_OVER];
    return [Math.max(one.deadline, now + ASK_AGAIN)];
  });
  for (const at of debtsWakeAt(body)) moments.push(Math.max(at, now + ASK_AGAIN));
  return moments.length === 0 ? null : Math.min(...moments);
}
