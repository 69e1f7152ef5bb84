import {
  DescribeContainerInstancesCommand,
  type Failure,
  ListContainerInstancesCommand,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import type { ContainerInstance, EcsCalls } from "../calls/ecs.ts";
import type { Receipt } from "../ask.ts";
import { type AwsFailure, failed } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Batch, Operation } from "../operation.ts";
import { containerInstanceOf, nameOf } from "./ecs-shapes.ts";
import { allPages, askForEach, chunks, orAlready, receipt, type ServiceDeps, single } from "./service.ts";

type ContainerInstances = Pick<EcsCalls, "containerInstances" | "containerInstance" | "setState" | "stopTask">;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html */
const DESCRIBE = 100;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html */
const UPDATE = 10;

const DESCRIBED = { service: "ecs", name: "DescribeContainerInstances", limit: limits.ecsResourceRead } as const;

/** Creates the calls for container instances, and for their tasks. */
export function createContainerInstances(deps: ServiceDeps): ContainerInstances {
  const { lanes, clients, clock } = deps;

  const describe = async (
    { at, request }: Pick<Batch<string>, "at" | "request">,
    cluster: string,
    arns: readonly string[],
  ): Promise<readonly ContainerInstance[]> => {
    const command = new DescribeContainerInstancesCommand({ cluster, containerInstances: [...arns] });
    const answer = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }), DESCRIBED.name);
    return (answer.containerInstances ?? []).flatMap((one) => containerInstanceOf(cluster, one) ?? []);
  };

  /**
   * Lists by filter (null means all), then describes. The result is filtered again, since some emulators ignore the filter.
   */
  const read = async (
    { at, request }: Pick<Batch<string>, "at" | "request">,
    cluster: string,
    filter: string | null,
  ): Promise<ReadonlyMap<string, readonly ContainerInstance[]>> => {
    const arns: string[] = [];
    await allPages(async (nextToken) => {
      const command = new ListContainerInstancesCommand({
        cluster,
        maxResults: 100,
        nextToken,
        ...(filter === null ? {} : { filter }),
      });
      const page = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }));
      arns.push(...(page.containerInstanceArns ?? []));
      return page.nextToken;
    });
    const parts = chunks(arns, DESCRIBE).map((part) => describe({ at, request }, cluster, part));
    return Map.groupBy((await Promise.all(parts)).flat(), (one) => one.instanceId);
  };

  const of = { service: "ecs", name: "ListContainerInstances", limit: limits.ecsResourceRead } as const;

  const byArn: Operation<string, ContainerInstance | undefined> = {
    ...DESCRIBED,
    size: DESCRIBE,
    share: "in-flight",
    keyOf: (arn) => arn,
    async send(batch) {
      const found = new Map((await describe(batch, batch.group, batch.items)).map((one) => [nameOf(one.arn), one]));
      return (arn) => found.get(nameOf(arn));
    },
  };

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html (how long a list may be: assumed) */
  const byInstance: Operation<string, readonly ContainerInstance[] | undefined> = {
    ...of,
    size: DESCRIBE,
    share: "in-flight",
    keyOf: (id) => id,
    async send(batch) {
      const { group: cluster, items } = batch;
      const filter = items.length === 1 ? `ec2InstanceId == ${items[0]}` : `ec2InstanceId in [${items.join(", ")}]`;
      const found = await read(batch, cluster, filter);
      return (id) => found.get(id);
    },
  };

  const all: Operation<string, ReadonlyMap<string, readonly ContainerInstance[]>> = {
    ...of,
    size: 1,
    share: "in-flight",
    keyOf: (cluster) => cluster,
    async send(batch) {
      const found = await read(batch, batch.items[0] ?? "", null);
      return () => found;
    },
  };

  const setState = (to: "DRAINING" | "ACTIVE"): Operation<string, Receipt> => ({
    service: "ecs",
    name: "UpdateContainerInstancesState",
    limit: limits.ecsResourceModify,
    size: UPDATE,
    share: "queued",
    keyOf: (arn) => arn,
    async send({ at, group, items, request }) {
      const cluster = group.slice(to.length + 1);
      const command = new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [...items], status: to });
      const answer = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }));
      const done = new Set((answer.containerInstances ?? []).map((one) => nameOf(one.containerInstanceArn ?? "")));
      const refused = new Map((answer.failures ?? []).map((one) => [nameOf(one.arn ?? ""), one]));
      return (arn) => {
        const refusal = refused.get(nameOf(arn));
        if (refusal !== undefined) return isMissing(refusal) ? receipt(clock, answer, true) : refusedBy(refusal);
        return done.has(nameOf(arn)) ? receipt(clock, answer) : refusedBy({ reason: "not named in the answer" });
      };
    },
  });
  const states = { DRAINING: setState("DRAINING"), ACTIVE: setState("ACTIVE") };

  const stopTask = single<{ readonly cluster: string; readonly task: string; readonly reason: string }, Receipt>(
    { service: "ecs", name: "StopTask", limit: limits.ecsResourceModify, share: "queued" },
    async (input, at, abortSignal) =>
      receipt(clock, await clients.ecs(at).send(new StopTaskCommand(input), { abortSignal })),
  );

  return {
    containerInstances: (at, cluster, ids, ask) =>
      ids === null ? lanes.ask(at, all, "all", cluster, ask) : askForEach(deps, at, byInstance, cluster, ids, ask),
    containerInstance: (at, cluster, arn, ask) => lanes.ask(at, byArn, cluster, arn, ask),
    setState: (at, cluster, arn, to, ask) => lanes.ask(at, states[to], `${to} ${cluster}`, arn, ask),
    stopTask: (at, cluster, task, reason, ask) =>
      orAlready(clock, lanes.ask(at, stopTask, "", { cluster, task, reason }, ask), isUnknownTask),
  };
}

/**
 * Whether the container instance is gone: then there is nothing to drain or to undo. Reasons:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
 */
const isMissing = ({ reason }: Failure): boolean => reason === "MISSING" || reason === "INACTIVE";

const refusedBy = ({ reason, detail }: Failure): AwsFailure =>
  failed(
    "conflict",
    { service: "ecs", name: "UpdateContainerInstancesState" },
    "Failure",
    [reason ?? "no reason given", detail].filter((part) => part !== undefined).join(": "),
  );

/** Whether ECS no longer finds the task, since it removes stopped tasks after a while (the message is assumed). */
const isUnknownTask = ({ fields, message }: AwsFailure): boolean =>
  fields.awsCode === "InvalidParameterException" && /task was not found|task not found/i.test(message);
