import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { EcsTask } from "../calls/ecs.ts";
import type { Clients } from "../clients.ts";
import { limits } from "../limits.ts";
import type { Batch, Operation } from "../operation.ts";
import { nameOf, taskOf } from "./ecs-shapes.ts";
import { allPages, chunks } from "./service.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const DESCRIBE = 100;
/**
 * Up to this number of container instances are listed one by one, since a listing of the whole cluster is rarely
 * shorter.
 */
const FEW = 2;
/** Container instances in one batch. */
const TOGETHER = 1_000;

type Request = Pick<Batch<string>, "at" | "request">;

const of = { service: "ecs", limit: limits.ecsResourceRead, share: "in-flight" } as const;

/** Reads tasks by ARN or id; the line's group is the cluster. */
export function describeTasksOperation(clients: Clients): Operation<string, EcsTask | undefined> {
  return {
    ...of,
    name: "DescribeTasks",
    size: DESCRIBE,
    keyOf: (arn) => arn,
    async send({ at, group, items, request }) {
      const found = new Map(
        (await describe(clients, { at, request }, group, items)).map((one) => [nameOf(one.arn), one]),
      );
      return (arn) => found.get(nameOf(arn));
    },
  };
}

/** Reads the tasks that should run on container instances of one cluster. */
export const tasksOnOperation = (clients: Clients): Operation<string, readonly EcsTask[]> =>
  onHosts(clients, "ListTasks", "RUNNING", () => true);

/**
 * Reads the stopping tasks on container instances of one cluster. ECS also lists tasks that have stopped within the
 * last hour.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
export const stoppingOnOperation = (clients: Clients): Operation<string, readonly EcsTask[]> =>
  onHosts(clients, "ListTasks of those that stop", "STOPPED", ({ lastStatus }) => lastStatus !== "STOPPED");

/**
 * Reads the tasks of one desired status on container instances of one cluster, with few calls. Listing by container
 * instance needs one call each; listing the cluster needs one call per hundred tasks, and another to describe them
 * (which shows where they run). The number of tasks is not known before, so the listing of the cluster is stopped once
 * it has used half of the calls of the other way:
 *
 *     1 of 100 instances, 1,000 tasks     ListTasks by instance: 1,   DescribeTasks: 1
 *     100 of 100 instances, 1,000 tasks   ListTasks of all: 10,       DescribeTasks: 10
 *     10 of 100 instances, 1,000 tasks    ListTasks of all: 5, stopped; by instance: 10, DescribeTasks: 1
 */
function onHosts(
  clients: Clients,
  name: string,
  desiredStatus: Listing["desiredStatus"],
  isWanted: (task: EcsTask) => boolean,
): Operation<string, readonly EcsTask[]> {
  return {
    ...of,
    name,
    size: TOGETHER,
    keyOf: (arn) => arn,
    async send({ at, group: cluster, items, request }) {
      const calls = { at, request };
      const listing = { cluster, desiredStatus };
      const most = Math.floor(items.length / 2);
      const all = items.length <= FEW ? null : await list(clients, calls, listing, null, most);
      const on = await byHost(clients, calls, cluster, all ?? (await listEach(clients, calls, listing, items)));
      return (arn) => on(arn).filter(isWanted);
    },
  };
}

/** Describes tasks, and groups them by container instance. */
async function byHost(
  clients: Clients,
  calls: Request,
  cluster: string,
  arns: readonly string[],
): Promise<(arn: string) => readonly EcsTask[]> {
  const described = await Promise.all(
    chunks([...new Set(arns)], DESCRIBE).map((part) => describe(clients, calls, cluster, part)),
  );
  const on = Map.groupBy(described.flat(), ({ containerInstanceArn }) => nameOf(containerInstanceArn ?? ""));
  return (arn) => on.get(nameOf(arn)) ?? [];
}

interface Listing {
  readonly cluster: string;
  readonly desiredStatus: "RUNNING" | "STOPPED";
}

async function listEach(
  clients: Clients,
  calls: Request,
  listing: Listing,
  arns: readonly string[],
): Promise<string[]> {
  const lists = await Promise.all(arns.map((arn) => list(clients, calls, listing, arn, Infinity)));
  return lists.flatMap((found) => found ?? []);
}

/**
 * Lists tasks; returns null if there are more pages than `most`. Stopping tasks are in the list `STOPPED`, although
 * they may still run:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
async function list(
  clients: Clients,
  { at, request }: Request,
  { cluster, desiredStatus }: Listing,
  containerInstance: string | null,
  most: number,
): Promise<string[] | null> {
  const found: string[] = [];
  let pages = 0;
  let isTooLong = false;
  await allPages(async (nextToken) => {
    const command = new ListTasksCommand({
      cluster,
      maxResults: 100,
      nextToken,
      desiredStatus,
      ...(containerInstance === null ? {} : { containerInstance }),
    });
    const page = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }), "ListTasks");
    found.push(...(page.taskArns ?? []));
    isTooLong = ++pages >= most && (page.nextToken ?? "") !== "";
    return isTooLong ? undefined : page.nextToken;
  });
  return isTooLong ? null : found;
}

async function describe(
  clients: Clients,
  { at, request }: Request,
  cluster: string,
  tasks: readonly string[],
): Promise<EcsTask[]> {
  const command = new DescribeTasksCommand({ cluster, tasks: [...tasks] });
  const answer = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }), "DescribeTasks");
  return (answer.tasks ?? []).map(taskOf);
}
