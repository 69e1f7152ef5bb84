import type { EcsTask } from "../../aws/calls/ecs.ts";
import type { Ms } from "../../clock.ts";
import { threatKnownAt, threatOf } from "../../decide/threat.ts";
import { isManagedDaemon } from "../../enrich/storm/tally.ts";
import type { Step } from "../../model/step.ts";
import { number, placeOf, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";

const POLL: Ms = 5_000;
/** ECS's own default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const DEFAULT_STOP_TIMEOUT: Ms = 30_000;
/** Bound of task ids in the receipt. */
const MOST_REMEMBERED = 8;

/**
 * Waits until only daemon tasks run on the container instance, and stops tasks that DRAINING leaves running (standalone
 * ones, or kept by `minimumHealthyPercent`), each in time for its `stopTimeout` (docs/aws-facts.md, 16). StopTask has
 * no effect on a task that is stopping.
 */
export const drainTasks: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "wait for tasks to stop",
  isShown: true,
  empties: "waits",
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "wait for tasks to stop",
  async run(step, ctx) {
    const left = await tasksLeft(step, ctx);
    if (left.length === 0) return { is: "done", receipt: null };
    const stopBy = number(step.params, "stopBy");
    const running = left.filter((task) => task.desiredStatus !== "STOPPED");
    // ECS soon stops most tasks of services by itself: at first only timeouts of standalone tasks are read.
    const timeouts = await stopTimeouts(step.attempts === 0 ? running.filter(isStandalone) : running, ctx);
    const lastMoment = (task: EcsTask): Ms => stopBy - (timeouts.get(task.taskDefinitionArn) ?? DEFAULT_STOP_TIMEOUT);
    const due = step.params["stop"] === true ? running.filter((task) => lastMoment(task) <= ctx.now) : [];
    const stopped = await stop(due, step, ctx);
    return wait(left, running.filter((task) => !due.includes(task)).map(lastMoment), stopped, step, ctx.now);
  },
};

function wait(left: readonly EcsTask[], moments: readonly Ms[], stopped: number, step: Step, now: Ms): Result {
  const before =
    step.receipt !== null && typeof step.receipt === "object" && "stopped" in step.receipt
      ? Number(step.receipt.stopped)
      : 0;
  const all = before + stopped;
  const ids = left.slice(0, MOST_REMEMBERED).map((task) => task.arn.slice(task.arn.lastIndexOf("/") + 1));
  const still = left.length === 1 ? "1 task still runs" : `${left.length} tasks still run`;
  return {
    is: "wait",
    until: Math.max(now + 250, Math.min(now + POLL, ...moments)),
    reason: all === 0 ? still : `${still}, ${all} told to stop`,
    receipt: { stopped: all, left: ids },
  };
}

/** Stops tasks. A failure does not delay the others; it is thrown when all calls are done, and the step runs again. */
async function stop(tasks: readonly EcsTask[], step: Step, ctx: Context): Promise<number> {
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const results = await Promise.allSettled(
    tasks.map((task) =>
      ctx.aws.ecs.stopTask(
        placeOf(ctx.doc),
        text(step, "clusterArn"),
        task.arn,
        "Spot capacity is being reclaimed",
        ask,
      ),
    ),
  );
  const failed = results.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return tasks.length;
}

/**
 * Returns all tasks that have not stopped yet. ECS's list omits stopping tasks, so known tasks are read by id until
 * they are STOPPED. Tasks that were already stopping before the first read (by a deployment or a person) are searched
 * once. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html (desiredStatus)
 */
async function tasksLeft(step: Step, ctx: Context): Promise<readonly EcsTask[]> {
  const [arn, cluster, at] = [text(step, "containerInstanceArn"), text(step, "clusterArn"), placeOf(ctx.doc)];
  const ask = { purpose: "poll", deadline: ctx.deadline, followsUp: true } as const;
  const known = ctx.inventory.get("tasks", arn)?.value ?? [];
  const asked = ctx.clock.now();
  const [runs, stops] = await Promise.all([
    ctx.aws.ecs.tasksOn(at, cluster, arn, ask),
    step.receipt === null ? ctx.aws.ecs.stoppingOn(at, cluster, arn, ask) : [],
  ]);
  const seen = new Set([...runs, ...stops].map((task) => task.arn));
  const unlisted = [...new Set([...known.map((task) => task.arn), ...remembered(step, cluster)])].filter(
    (one) => !seen.has(one),
  );
  const described = unlisted.length === 0 ? [] : (await ctx.aws.ecs.describeTasks(at, cluster, unlisted, ask)).values();
  const others = [...stops, ...described];
  ctx.inventory.put("tasks", arn, ranHere(known, runs, others, begunAt(step, ctx)), asked);
  const daemons = new Set(
    ctx
      .facts()
      .services.filter((service) => service.daemon && service.clusterArn === cluster)
      .map((service) => `service:${service.name}`),
  );
  return [...runs, ...others].filter(
    (task) =>
      task.lastStatus !== "STOPPED" && !isManagedDaemon(task) && (task.group === null || !daemons.has(task.group)),
  );
}

/** Returns when draining began: when the threat's signal was received or, if earlier, when the drain step started. */
function begunAt({ id }: Step, { doc }: Context): Ms {
  if (doc.kind !== "incident") return 0;
  const drain = doc.body.steps.find((one) => one.id === id.replace("drain-tasks", "drain"));
  return Math.min(threatKnownAt(doc.body, threatOf(doc.body)), drain?.startedAt ?? Infinity);
}

/**
 * Returns the tasks that ran when draining began, with the times when they began to stop: the alert shows the tasks at
 * the beginning, not the remaining ones. Tasks that had ended before are removed. Returns the same object if nothing
 * changed, so that cached data stays valid.
 */
function ranHere(
  known: readonly EcsTask[],
  runs: readonly EcsTask[],
  others: readonly EcsTask[],
  since: Ms,
): readonly EcsTask[] {
  const stays = new Map(runs.map((task) => [task.arn, task]));
  const stops = new Map(others.map((task) => [task.arn, task]));
  const had = new Set(known.map((task) => task.arn));
  const kept = known.flatMap((task) => {
    const now = stops.get(task.arn);
    const stay = stays.get(task.arn);
    // It may have been starting before.
    if (stay !== undefined) return stay.lastStatus === task.lastStatus ? task : stay;
    if (now === undefined || hasEnded(now, since)) return [];
    return now.stoppingAt === (task.stoppingAt ?? null) ? task : { ...task, stoppingAt: now.stoppingAt ?? null };
  });
  const fresh = [...runs, ...others.filter((task) => !hasEnded(task, since)).map(asItRan)].filter(
    ({ arn }) => !had.has(arn),
  );
  const isSame = fresh.length === 0 && kept.length === known.length && kept.every((task, at) => task === known[at]);
  return isSame ? known : [...kept, ...fresh];
}

/** Whether a task ended before a time. A stopping task works until its containers have ended. */
const hasEnded = ({ lastStatus, stoppingAt, endedAt }: EcsTask, since: Ms): boolean =>
  (endedAt ?? (lastStatus === "STOPPED" ? stoppingAt : null) ?? Infinity) < since;

const asItRan = (task: EcsTask): EcsTask => (task.stoppingAt ? { ...task, lastStatus: "RUNNING" } : task);

/** Returns the ids of remaining tasks from the receipt, since after a restart the inventory may be older. */
function remembered(step: Step, cluster: string): string[] {
  const { receipt } = step;
  if (receipt === null || typeof receipt !== "object" || !("left" in receipt) || !Array.isArray(receipt.left))
    return [];
  const prefix = cluster.replace(":cluster/", ":task/");
  return receipt.left.flatMap((id) => (typeof id === "string" ? [`${prefix}/${id}`] : []));
}

const isStandalone = (task: EcsTask): boolean => task.group?.startsWith("service:") !== true;

/**
 * Returns stop timeouts by task definition; reads those that the inventory lacks, since a task that is stopped too late
 * is killed. An unknown timeout counts as ECS's default.
 */
async function stopTimeouts(tasks: readonly EcsTask[], ctx: Context): Promise<ReadonlyMap<string, Ms>> {
  const arns = [...new Set(tasks.map((task) => task.taskDefinitionArn))];
  const known = await Promise.all(
    arns.map(async (arn) => {
      const had = ctx.inventory.get("taskDefinition", arn);
      if (had !== undefined) return [arn, had.value.stopTimeout] as const;
      const asked = ctx.clock.now();
      const ask = { purpose: "poll", deadline: Math.min(ctx.deadline, asked + POLL) } as const;
      const found = await ctx.aws.ecs.taskDefinition(placeOf(ctx.doc), arn, ask).catch(() => undefined);
      if (found !== undefined) ctx.inventory.put("taskDefinition", arn, found, asked);
      return [arn, found?.stopTimeout ?? null] as const;
    }),
  );
  return new Map(known.flatMap(([arn, timeout]) => (timeout === null ? [] : [[arn, timeout] as const])));
}
