import type { FailureKind } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Doc } from "../../model/doc.ts";
import type { Step } from "../../model/step.ts";
import { seenIn } from "../../inventory/seen-before.ts";
import { isFirst, knownBefore, type Whose } from "../before.ts";
import { placeOf, text, textOrNull } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
import { stillRight } from "../still-right.ts";
import { doneBy, takeAway } from "../write.ts";

/** Draining waits no longer for a look; what was seen so lately needs none. */
const LOOK_WITHIN: Ms = 250;
const JUST_NOW: Ms = 5_000;

/**
 * A person, the agent or ECS itself may have set it before: ECS tells one worker of that by an event, and nobody where no
 * rule passes it on. So whoever opened the incident looks, unless it has just done so. Who takes over finds perhaps what
 * another has done, and goes by what was known before: when the incident opened or, where the container instance was not
 * known then, when this step was planned, which is stored before it is run.
 */
async function wasActive(step: Step, ctx: Context): Promise<Whose["ours"]> {
  const [cluster, arn] = [text(step, "clusterArn"), text(step, "containerInstanceArn")];
  const known = knownBefore("container", arn, step, ctx);
  const isLately = known !== undefined && ctx.now - known.observedAt <= JUST_NOW;
  const found = isFirst(step, ctx) && !isLately ? await statusNow(cluster, arn, ctx, LOOK_WITHIN) : null;
  if (found !== null) return found === "DRAINING" ? "no" : "yes";
  const opening = ctx.doc.kind === "incident" ? seenIn(ctx.doc.body.hints, arn) : null;
  const own = known === undefined || known.value === null ? null : { status: known.value.status, at: known.observedAt };
  const seen = opening !== null && opening.at >= (own?.at ?? 0) ? opening : own;
  const status = seen?.status ?? textOrNull(step, "was");
  return status === null ? "unknown" : status === "DRAINING" ? "no" : "yes";
}

/**
 * Tasks are stopped only as `minimumHealthyPercent` allows, and standalone ones are left alone (see drain-tasks).
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
 * "If the instance is in any other status, an error will be received", so perhaps for one that is DRAINING: what AWS
 * refuses is looked at. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
 */
async function isDraining(error: unknown, cluster: string, arn: string, ctx: Context): Promise<boolean> {
  if (!(error instanceof AwsFailure) || !REFUSED.has(error.fields.kind)) return false;
  return (await statusNow(cluster, arn, ctx, Infinity)) === "DRAINING";
}

/** Null: ECS does not say, within the time there is. */
async function statusNow(cluster: string, arn: string, ctx: Context, within: Ms): Promise<string | null> {
  if (ctx.doc.kind !== "incident") return null;
  const { id } = ctx.doc.body.subject;
  const poll = { purpose: "poll", deadline: Math.min(ctx.deadline, ctx.clock.now() + within) } as const;
  const found = await ctx.aws.ecs.containerInstances(placeOf(ctx.doc), cluster, [id], poll).catch(() => null);
  return found?.get(id)?.find((one) => one.arn === arn)?.status ?? null;
}

const REFUSED: ReadonlySet<FailureKind> = new Set(["invalid", "conflict"]);

/** Side by side with it, or before: of a storm's instances, those without targets have nothing but this done. */
const isDeregistered = (doc: Doc): boolean =>
  doc.kind === "incident" && doc.body.steps.some(({ id, after }) => id.startsWith("deregister:") && after.length === 0);

/** Undoes it, where it is still right; one that is ACTIVE stays so. */
export const setActive: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "take the container instance back into service",
  isTold: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: () => "set the container instance to ACTIVE again",
  async run(step, ctx) {
    const right = await stillRight(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    const [cluster, arn] = [text(step, "clusterArn"), text(step, "containerInstanceArn")];
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.ecs.setState(placeOf(ctx.doc), cluster, arn, "ACTIVE", ask));
  },
};
