import type { FailureKind } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import type { Doc } from "../../model/doc.ts";
import type { Step } from "../../model/step.ts";
import { containerHintOf } from "../../inventory/container-hints.ts";
import { isFirstAttempt, knownBefore, type EffectOrigin } from "../effect-origin.ts";
import { placeOf, text, textOrNull } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { shouldServe } from "../should-serve.ts";
import { doneBy, takeAway } from "../write.ts";

/** Time limit of the read before DRAINING; not needed if the last observation is recent. */
const READ_WITHIN: Ms = 250;
const JUST_NOW: Ms = 5_000;
/** Limit of reads before DRAINING in each second: the other first actions of a storm are not delayed. */
const FEW = 10;
const SECOND: Ms = 1_000;
/** Instance states that are final: nothing is put back, so the status before does not matter. */
const FINAL: ReadonlySet<string> = new Set(["shutting-down", "terminated"]);

/**
 * Determines whether DRAINING will be our effect: a person, the agent or ECS itself may have set it before, and the
 * event about it may not have reached this worker. The worker that opened the incident reads the status, unless its
 * observation is recent, the answer changes nothing, or many are drained at once. Then, and in a worker that took over
 * (which would perhaps read another worker's effect), it uses the status from when the incident opened or, if that is not
 * known, from when the step was planned (stored before the step runs).
 */
async function wasActive(step: Step, ctx: Context): Promise<EffectOrigin["ours"]> {
  const [cluster, arn] = [text(step, "clusterArn"), text(step, "containerInstanceArn")];
  const known = knownBefore("container", arn, step, ctx);
  const isLately = known !== undefined && ctx.now - known.observedAt <= JUST_NOW;
  const asks = isFirstAttempt(step, ctx) && !isLately && !isLost(ctx.doc) && mayRead(ctx);
  const found = asks ? await statusNow(cluster, arn, ctx, READ_WITHIN) : null;
  if (found !== null) return found === "DRAINING" ? "no" : "yes";
  const opening = ctx.doc.kind === "incident" ? containerHintOf(ctx.doc.body.hints, arn) : null;
  const own = known === undefined || known.value === null ? null : { status: known.value.status, at: known.observedAt };
  const seen = opening !== null && opening.at >= (own?.at ?? 0) ? opening : own;
  const status = seen?.status ?? textOrNull(step, "was");
  return status === null ? "unknown" : status === "DRAINING" ? "no" : "yes";
}

const isLost = (doc: Doc): boolean => doc.kind === "incident" && FINAL.has(doc.body.seen?.state ?? "");

/** Times of the reads of the last second. */
const reads = new WeakMap<Inventory, readonly Ms[]>();

/** Returns whether another read is allowed now, and counts it. */
function mayRead({ inventory, clock }: Context): boolean {
  const now = clock.now();
  // The clock may have been set back.
  const lately = (reads.get(inventory) ?? []).filter((at) => Math.abs(now - at) < SECOND);
  const allowed = lately.length < FEW;
  reads.set(inventory, allowed ? [...lately, now] : lately);
  return allowed;
}

/**
 * Sets a container instance to DRAINING. ECS then stops tasks only as `minimumHealthyPercent` allows, and no standalone
 * tasks (see drain-tasks).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
export const setDraining: Responder = takeAway(
  {
    title: () => "set the container instance to DRAINING",
    phrase: "drain the container instance",
    undoneBy: "set-active",
    empties: "asks",
  },
  wasActive,
  async (step, ctx, at, ask) => {
    const [cluster, arn] = [text(step, "clusterArn"), text(step, "containerInstanceArn")];
    const followsUp = isDeregistered(ctx.doc);
    try {
      return await ctx.aws.ecs.setState(at, cluster, arn, "DRAINING", { ...ask, followsUp });
    } catch (error) {
      if (await isDraining(error, cluster, arn, ctx)) return { requestId: null, at: ctx.clock.now(), already: true };
      throw error;
    }
  },
);

/**
 * "If the instance is in any other status, an error will be received", perhaps also for DRAINING: so the status is read
 * after a refusal. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
 */
async function isDraining(error: unknown, cluster: string, arn: string, ctx: Context): Promise<boolean> {
  if (!(error instanceof AwsFailure) || !REFUSED.has(error.fields.kind)) return false;
  return (await statusNow(cluster, arn, ctx, Infinity)) === "DRAINING";
}

/** Reads the current status; returns null if ECS does not answer in time. */
async function statusNow(cluster: string, arn: string, ctx: Context, within: Ms): Promise<string | null> {
  const poll = { purpose: "poll", deadline: Math.min(ctx.deadline, ctx.clock.now() + within) } as const;
  const found = await ctx.aws.ecs.containerInstance(placeOf(ctx.doc), cluster, arn, poll).catch(() => null);
  return found?.status ?? null;
}

const REFUSED: ReadonlySet<FailureKind> = new Set(["invalid", "conflict"]);

/**
 * Whether targets are deregistered at the same time or before: then DRAINING has lower priority than that of instances
 * without targets.
 */
const isDeregistered = (doc: Doc): boolean =>
  doc.kind === "incident" && doc.body.steps.some(({ id, after }) => id.startsWith("deregister:") && after.length === 0);

/** Undoes set-draining, if the instance should serve. */
export const setActive: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "take the container instance back into service",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: () => "set the container instance to ACTIVE again",
  async run(step, ctx) {
    const right = await shouldServe(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    const [cluster, arn] = [text(step, "clusterArn"), text(step, "containerInstanceArn")];
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.ecs.setState(placeOf(ctx.doc), cluster, arn, "ACTIVE", ask));
  },
};
