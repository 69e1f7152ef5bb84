import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { EcsTask } from "../aws/calls/ecs.ts";
import { AwsFailure } from "../aws/failure.ts";
import type { Ms } from "../clock.ts";
import { placeOf } from "./step-input.ts";
import type { Context } from "./responder.ts";

/** Result of the check before an undo: why nothing may be undone, or the current group (null means none). */
export type ServeCheck =
  | { readonly is: "wrong"; readonly reason: string }
  | { readonly is: "right"; readonly group: AutoScalingGroup | null };

const LOOK_UP_WITHIN: Ms = 10_000;

/**
 * Checks whether an instance should serve again: not if it was put on standby, or its group terminates or detaches it.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html
 */
export async function shouldServe(ctx: Context): Promise<ServeCheck> {
  // A worker that has just started knows neither its group nor its tasks.
  if (!ctx.facts().complete) await ctx.lookUp("tell", Math.min(ctx.deadline, ctx.now + LOOK_UP_WITHIN));
  const { groupName, group: known } = ctx.facts();
  if (groupName === null || ctx.doc.kind !== "incident") return { is: "right", group: known };
  const { id } = ctx.doc.body.subject;
  const at = placeOf(ctx.doc);
  const groups = await ctx.aws.autoScaling
    .describeGroups(at, [groupName], { purpose: "poll", deadline: ctx.deadline })
    .catch(refused);
  // If AWS refuses the read, the last known group is used.
  const group = groups === null ? known : (groups.get(groupName) ?? null);
  if (group === null) return { is: "right", group };
  const state = group.instances.find((one) => one.id === id)?.state;
  if (state === "InService") return { is: "right", group };
  return { is: "wrong", reason: state === undefined ? "it has left its group" : `it is ${state} in its group` };
}

/** Returns the tasks that still run on the instance. Replacement tasks are registered by ECS itself. */
export async function runningOn(ctx: Context): Promise<readonly EcsTask[]> {
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const { containerInstances: hosts } = ctx.facts();
  const hosted = hosts.map((host) => ctx.aws.ecs.tasksOn(placeOf(ctx.doc), host.clusterArn, host.arn, ask));
  const tasks = (await Promise.all(hosted)).flat();
  return tasks.filter(({ desiredStatus }) => desiredStatus === "RUNNING");
}

export const STOPPED = "its tasks have been stopped; ECS registers those in their place";

/** Converts a permanent failure to null; throws errors that may succeed at a retry. */
export function refused(error: unknown): null {
  if (error instanceof AwsFailure && !error.fields.retryable) return null;
  throw error;
}
