import { AwsFailure } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { type Ec2Answer, mayBeStale } from "../../correlate/stale-reads.ts";
import { ENDING_STATES, hasEnded, type Threat, threatOf } from "../../decide/threat.ts";
import { RECLAIM_GRACE } from "../../decide/timing.ts";
import { membershipOf } from "../group/member.ts";
import type { Params, Plain } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { earlyIn, readGoneEarly, withEarly } from "../gone-early.ts";
import { number, placeOf, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";

const POLL: Ms = 15_000;
const RARE_POLL: Ms = 300_000;
const WHY_WITHIN: Ms = 10_000;
const UNWARNED: ReadonlySet<Threat> = new Set(["ending", "termination"]);

/**
 * Verifies that the instance (or task) is gone, by a signal or by polling. If it still runs well after its deadline, it
 * was not interrupted: the notice counts as cancelled, and the drain is undone.
 */
export const verifyGone: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "wait until it is gone",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "wait until it is gone",
  run: async (step, ctx) => keepEarly(await look(step, ctx), step, ctx),
};

async function look(step: Step, ctx: Context): Promise<Result> {
  if (ctx.doc.kind === "incident" && hasEnded(ctx.doc.body)) {
    // No warning came: read the state reason, before EC2 removes the instance.
    if (UNWARNED.has(threatOf(ctx.doc.body))) await ctx.lookUp("tell", Math.min(ctx.deadline, ctx.now + WHY_WITHIN));
    return gone({ state: ctx.doc.body.seen?.state ?? "gone" });
  }
  const deadline = number(step.params, "deadline");
  // A Fargate task that ECS stops never comes back; ECS sends an event when it has stopped.
  if (step.params["type"] === "task")
    return ctx.now >= deadline
      ? gone({ state: "STOPPED" })
      : { is: "wait", until: deadline, reason: "the task still has time" };
  const answered = await stateOf(text(step, "subject"), ctx).catch(noAnswer);
  // Read the clock again: the answer may have corrected it.
  const now = ctx.clock.now();
  if ("noAnswer" in answered) {
    // Only signals can show the end; without them the result stays unknown (`gone: null`).
    const wait = { is: "wait", until: Math.max(now + POLL, Math.min(deadline, now + RARE_POLL)) } as const;
    if (now < deadline + RECLAIM_GRACE) return { ...wait, reason: `EC2 does not say: ${answered.noAnswer}` };
    return { is: "done", receipt: { gone: null }, note: `EC2 does not say whether it went: ${answered.noAnswer}` };
  }
  const { state } = answered;
  if (state === null || ENDING_STATES.has(state)) {
    if (ctx.doc.kind !== "incident" || !mayBeStale(answered, ctx.doc.body)) return gone({ ...answered });
    const said = state === null ? "EC2 does not know it" : `EC2 says that it is ${state}`;
    return { is: "wait", until: now + POLL, reason: `${said}, which may be of before it was spoken of` };
  }
  const held = asksGroup(ctx, now >= deadline + RECLAIM_GRACE) ? await heldByGroup(text(step, "subject"), ctx) : null;
  if (held !== null) {
    const until = Math.max(now + POLL, Math.min(deadline, now + (held.retained ? POLL : RARE_POLL)));
    if (until >= ctx.deadline) return { is: "done", receipt: { gone: null, state }, note: held.reason };
    return { is: "wait", until, reason: held.reason, receipt: { retained: held.retained } };
  }
  if (recommendedOnly(ctx)) {
    const until = now + RARE_POLL;
    // No interruption followed: the drain is undone.
    if (until >= ctx.deadline) return { is: "done", receipt: { gone: false, state }, note: "no interruption followed" };
    return { is: "wait", until, reason: "only recommended: watched for a warning" };
  }
  if (now >= deadline + RECLAIM_GRACE) return { is: "done", receipt: { gone: false, state }, note: "it still runs" };
  return {
    is: "wait",
    until: Math.max(now + POLL, Math.min(deadline, now + RARE_POLL)),
    reason: `it is ${state}`,
  };
}

/**
 * Adds to the receipt which targets someone else had deregistered before, if the instance still runs after its
 * deadline; later this cannot be determined.
 */
async function keepEarly(result: Result, step: Step, ctx: Context): Promise<Result> {
  const deadline = step.params["deadline"];
  if (result.is === "skip" || typeof deadline !== "number" || ctx.now < deadline || recommendedOnly(ctx)) return result;
  if (result.is === "done" && isReceiptOfGone(result.receipt)) return result;
  const early = [...earlyIn(step.receipt), ...(await readGoneEarly(ctx))];
  return early.length === 0 ? result : { ...result, receipt: withEarly(result.receipt ?? null, early) };
}

const isReceiptOfGone = (receipt: Plain): boolean =>
  receipt !== null && typeof receipt === "object" && "gone" in receipt && receipt.gone === true;

/**
 * Whether to read the instance's state in its group. EC2 also shows `running` while the group holds it with a hook (up
 * to 48 hours) or retains it: then nothing is undone. The group is read if it may be terminating the instance, and
 * before the notice counts as cancelled.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
function asksGroup(ctx: Context, late: boolean): boolean {
  if (ctx.doc.kind !== "incident") return false;
  const { steps } = ctx.doc.body;
  const released = steps.some((step) => step.responder === "release-to-group" && step.state === "done");
  return late || released || threatOf(ctx.doc.body) === "termination";
}

interface Held {
  readonly reason: string;
  /** Its hook was abandoned: only a call terminates it. */
  readonly retained: boolean;
}

/** Returns that the group is, or may be, terminating the instance; null if it is not. */
async function heldByGroup(id: string, ctx: Context): Promise<Held | null> {
  const ask = { purpose: "poll", deadline: ctx.deadline } as const;
  const members = await ctx.aws.autoScaling.memberships(placeOf(ctx.doc), [id], ask).catch(noAnswer);
  if ("noAnswer" in members) {
    const began = ctx.doc.kind === "incident" && threatOf(ctx.doc.body) === "termination";
    const reason = `its group does not say whether it still terminates it: ${members.noAnswer}`;
    return began ? { reason, retained: false } : null;
  }
  const state = members.get(id)?.state ?? "";
  switch (membershipOf(state)) {
    case "retained":
      return { reason: `its group retains it (${state}): it runs and is billed until it is ended`, retained: true };
    case "terminating":
      return { reason: `its group still terminates it (${state})`, retained: false };
    case "warm":
      return LEAVES_POOL.test(state) ? { reason: `its warm pool still holds it (${state})`, retained: false } : null;
    case "coming":
    case "in-service":
    case "renewing":
    case "aside":
    case "detaching":
      return null;
  }
}

const LEAVES_POOL = /Terminating|Retained/;

/** Converts a permanent failure to a text; throws others, which the step retries. */
function noAnswer(error: unknown): { readonly noAnswer: string } {
  if (error instanceof AwsFailure && !error.fields.retryable) return { noAnswer: error.message };
  throw error;
}

const gone = (seen: Params): Result => ({ is: "done", receipt: { gone: true, ...seen } });

const recommendedOnly = (ctx: Context): boolean =>
  ctx.doc.kind === "incident" && ctx.doc.body.signals.every((signal) => signal.kind === "rebalance");

async function stateOf(id: string, ctx: Context): Promise<Ec2Answer> {
  const known = ctx.inventory.get("instance", id);
  if (known !== undefined && ctx.now - known.observedAt < POLL / 2)
    return { state: known.value.state, asked: known.observedAt };
  const asked = ctx.clock.now();
  const found = await ctx.aws.ec2.describeInstances(placeOf(ctx.doc), [id], {
    purpose: "poll",
    deadline: ctx.deadline,
  });
  const instance = found.get(id);
  if (instance !== undefined) ctx.inventory.put("instance", id, instance, asked);
  return { state: instance?.state ?? null, asked };
}
