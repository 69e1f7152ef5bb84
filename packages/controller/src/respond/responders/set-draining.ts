import type { FailureKind } from "../../aws/failure.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Doc } from "../../model/doc.ts";
import type { Step } from "../../model/step.ts";
import { knownBefore, type Whose } from "../before.ts";
import { placeOf, text } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
import { stillRight } from "../still-right.ts";
import { doneBy, takeAway } from "../write.ts";

/** A person, the agent or ECS itself may have set it before; ECS tells of each change by an event. */
function wasActive(step: Step, ctx: Context): Whose["ours"] {
  const known = knownBefore("container", text(step, "containerInstanceArn"), step, ctx)?.value;
  if (known === undefined || known === null) return "unknown";
  return known.status === "DRAINING" ? "no" : "yes";
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
  if (!(error instanceof AwsFailure) || !REFUSED.has(error.fields.kind) || ctx.doc.kind !== "incident") return false;
  const { id } = ctx.doc.body.subject;
  const poll = { purpose: "poll", deadline: ctx.deadline } as const;
  const found = await ctx.aws.ecs.containerInstances(placeOf(ctx.doc), cluster, [id], poll).catch(() => null);
  return found?.get(id)?.some((one) => one.arn === arn && one.status === "DRAINING") ?? false;
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
