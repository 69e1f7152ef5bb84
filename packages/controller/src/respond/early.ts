import { registrationsIn, nameOf } from "../decide/registrations.ts";
import { byTargetId } from "../enrich/listed.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Target, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { openedAt } from "./before.ts";
import { healthOf } from "./health.ts";
import type { Context } from "./responder.ts";

/** AWS's clock and ours, and the moment that a call takes. */
export const TOLERANCE: Ms = 5_000;
/** A document is small, and few people take out more by hand. */
const MOST = 20;

/** A target that the incident has deregistered. */
export interface Waited extends Target {
  readonly targetGroupArn: string;
  readonly step: Step;
}

/** All that the incident has deregistered. */
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

/** Its connections are gone: it is unused, or listed no more. */
export function isGone(target: Target, health: readonly TargetHealth[]): boolean {
  const seen = byTargetId(health).get(target.id) ?? [];
  return seen.every((one) => one.state === "unused" || (target.port !== null && one.port !== target.port));
}

/** It is registered, and not on its way out. */
export const takesConnections = (target: Target, health: readonly TargetHealth[]): boolean =>
  (byTargetId(health).get(target.id) ?? []).some(
    ({ state, port }) => state !== "unused" && state !== "draining" && (target.port === null || port === target.port),
  );

/**
 * Which of the deregistered targets were out before any of us can have touched them. A target is listed as draining until
 * its deregistration delay is over, whether or not it has connections left; one that is gone sooner was deregistered
 * earlier, by somebody else.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 *
 *     by hand ──── delay ────▶ gone                  gone early: not ours
 *            opened ─ ours ──── delay ────▶ gone     gone late: ours
 *
 * One that was seen to serve less than the delay before it was gone was not: the delay is another by now.
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
      if (delay === undefined || health === undefined || isIdle(one.step)) return false;
      const began = Math.max(openedAt(ctx.doc), one.step.notBefore ?? 0);
      const isEarly = by < began + delay - TOLERANCE && by - delay + TOLERANCE >= seenServing(one.step);
      return isEarly && isGone(one, health);
    })
    .map(keyOf);
}

/** When the wait for them was over, since all were gone. */
const allGoneBy = (doc: Doc): Ms =>
  doc.kind !== "incident"
    ? Infinity
    : (doc.body.steps.find((one) => one.responder === "await-targets" && one.state === "done")?.settledAt ?? Infinity);

/** When its targets were last seen to serve before they were deregistered. */
const seenServing = ({ receipt }: Step): Ms =>
  receipt !== null && typeof receipt === "object" && "served" in receipt && typeof receipt.served === "number"
    ? receipt.served
    : -Infinity;

/** A target group that no load balancer uses lists its targets as unused, and does not let them drain. */
const isIdle = ({ receipt }: Step): boolean =>
  receipt !== null && typeof receipt === "object" && "idle" in receipt && receipt.idle === true;

const keyOf = ({ step, ...target }: Waited): string => `${step.id}|${nameOf(target)}`;

/** What a step that watches keeps of it, beside what it kept before. */
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

/** Names of a step's targets that were seen to be gone early by any that watched. */
export const earlyOf = (step: Pick<Step, "id">, steps: readonly Step[]): string[] =>
  steps
    .flatMap(({ receipt }) => earlyIn(receipt))
    .filter((one) => one.startsWith(`${step.id}|`))
    .map((one) => one.slice(step.id.length + 1));

/** A look at all target groups that the incident has deregistered from. */
export async function lookEarly(ctx: Context): Promise<string[]> {
  const waited = deregisteredBy(ctx.doc, ctx.facts());
  const arns = [...new Set(waited.map((one) => one.targetGroupArn))];
  const looked = arns.map(async (arn) => [arn, await healthOf(arn, ctx)] as const);
  const healths = (await Promise.allSettled(looked)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return goneEarly(waited, new Map(healths), ctx);
}
