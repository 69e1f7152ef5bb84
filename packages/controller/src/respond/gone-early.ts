import { registrationsIn, nameOf } from "../decide/registrations.ts";
import { isUsedByNone } from "../enrich/registered.ts";
import { byTargetId } from "../enrich/targets-by-id.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Target, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { openedAt } from "./effect-origin.ts";
import { healthOf } from "./health.ts";
import { placeOf } from "./step-input.ts";
import type { Context } from "./responder.ts";

/** Tolerance for the difference of clocks and the duration of a call. */
const TOLERANCE: Ms = 5_000;
/** Bound of targets in the document; few people deregister more by hand. */
const MOST = 20;

/** A target that the incident has deregistered. */
export interface Waited extends Target {
  readonly targetGroupArn: string;
  readonly step: Step;
}

/** Returns all targets that the incident has deregistered. */
export function deregisteredBy(doc: Doc, facts: Facts): Waited[] {
  if (doc.kind !== "incident") return [];
  return doc.body.steps
    .filter((step) => step.responder === "deregister-target" && step.state === "done")
    .flatMap((step) => {
      const { targetGroupArn } = step.params;
      if (typeof targetGroupArn !== "string") return [];
      return registrationsIn(step.params, facts.targets).map((target) => ({ ...target, targetGroupArn, step }));
    });
}

/** Whether a target has no connections left: it is unused, or no longer listed. */
export function isGone(target: Target, health: readonly TargetHealth[]): boolean {
  const seen = byTargetId(health).get(target.id) ?? [];
  return seen.every((one) => one.state === "unused" || (target.port !== null && one.port !== target.port));
}

/** Whether a target is registered, and not draining. */
export const takesConnections = (target: Target, health: readonly TargetHealth[]): boolean =>
  (byTargetId(health).get(target.id) ?? []).some(
    ({ state, port }) => state !== "unused" && state !== "draining" && (target.port === null || port === target.port),
  );

/**
 * Returns the deregistered targets that someone else had deregistered before us. A target is listed as draining until
 * its deregistration delay is over, also without connections; one that disappears sooner was deregistered earlier, by
 * someone else.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 *
 *     by hand ──── delay ────▶ gone                  gone early: by someone else
 *            opened ─ ours ──── delay ────▶ gone     gone late: ours
 *
 * Exception: a target that was healthy less than the delay before it was gone. Then the delay was changed.
 */
export function goneEarly(
  waited: readonly Waited[],
  healths: ReadonlyMap<string, readonly TargetHealth[]>,
  ctx: Context,
): string[] {
  const by = Math.min(ctx.clock.now(), allGoneBy(ctx.doc));
  return waited
    .filter((one) => {
      const delay = ctx.inventory.get("attributes", one.targetGroupArn)?.value.deregistrationDelay;
      const health = healths.get(one.targetGroupArn);
      if (delay === undefined || health === undefined || isIdle(one, ctx)) return false;
      const began = Math.max(openedAt(ctx.doc), one.step.notBefore ?? 0);
      const isEarly = by < began + delay - TOLERANCE && by - delay + TOLERANCE >= seenServing(one, waited);
      return isEarly && isGone(one, health);
    })
    .map(keyOf);
}

/** Returns when the wait for the targets ended, since all were gone; `Infinity` if it did not. */
const allGoneBy = (doc: Doc): Ms =>
  doc.kind !== "incident"
    ? Infinity
    : (doc.body.steps.find((one) => one.responder === "await-targets" && one.state === "done")?.settledAt ?? Infinity);

/** Returns when a target was last seen healthy, by any of its steps (a target may have one with its port and one without). */
const seenServing = ({ id, targetGroupArn }: Waited, waited: readonly Waited[]): Ms =>
  Math.max(
    ...waited.filter((one) => one.id === id && one.targetGroupArn === targetGroupArn).map(({ step }) => servedIn(step)),
  );

const servedIn = ({ receipt }: Step): Ms =>
  receipt !== null && typeof receipt === "object" && "served" in receipt && typeof receipt.served === "number"
    ? receipt.served
    : -Infinity;

/** Whether no load balancer uses the target group: then its targets are unused and (assumed) do not drain. */
const isIdle = ({ step: { receipt }, targetGroupArn }: Waited, ctx: Context): boolean =>
  (receipt !== null && typeof receipt === "object" && "idle" in receipt && receipt.idle === true) ||
  isUsedByNone(ctx.inventory, placeOf(ctx.doc), targetGroupArn);

/** Whether a deregistered target is gone too soon for the time at which it is gone to tell who deregistered it. */
export const endsAtOnce = (arn: string, ctx: Context): boolean =>
  delayOf(arn, ctx) <= TOLERANCE || isUsedByNone(ctx.inventory, placeOf(ctx.doc), arn);

/**
 * Default deregistration delay, until the attributes of a target group are known:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
 */
const DELAY: Ms = 300_000;

/** Returns the deregistration delay of a target group. */
export const delayOf = (arn: string, { inventory }: Context): Ms =>
  inventory.get("attributes", arn)?.value.deregistrationDelay ?? DELAY;

const keyOf = ({ step, ...target }: Waited): string => `${step.id}|${nameOf(target)}`;

/** Adds targets that were gone early to the receipt of a waiting step. */
export function withEarly(receipt: Plain, early: readonly string[]): Plain {
  if (early.length === 0) return receipt;
  const before = receipt !== null && typeof receipt === "object" && !Array.isArray(receipt) ? (receipt as Params) : {};
  return { ...before, early: [...new Set([...earlyIn(receipt), ...early])].slice(0, MOST) };
}

export function earlyIn(receipt: Plain): string[] {
  if (receipt === null || typeof receipt !== "object" || !("early" in receipt)) return [];
  const { early } = receipt;
  return Array.isArray(early) ? early.filter((one): one is string => typeof one === "string") : [];
}

/** Returns the names of a step's targets that any waiting step saw gone early. */
export const earlyOf = (step: Pick<Step, "id">, steps: readonly Step[]): string[] =>
  steps
    .flatMap(({ receipt }) => earlyIn(receipt))
    .filter((one) => one.startsWith(`${step.id}|`))
    .map((one) => one.slice(step.id.length + 1));

/**
 * Reads all target groups from which the incident has deregistered targets; returns the targets that were gone early.
 */
export async function readGoneEarly(ctx: Context): Promise<string[]> {
  const waited = deregisteredBy(ctx.doc, ctx.facts());
  const arns = [...new Set(waited.map((one) => one.targetGroupArn))];
  const looked = arns.map(async (arn) => [arn, await healthOf(arn, ctx)] as const);
  const healths = (await Promise.allSettled(looked)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return goneEarly(waited, new Map(healths), ctx);
}
