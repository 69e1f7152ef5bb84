import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListServicesCommand,
  type ServiceRevision,
} from "@aws-sdk/client-ecs";
import type { EcsCalls, EcsCluster, EcsService, TaskDefinition } from "../calls/ecs.ts";
import { asFailure, AwsFailure, failed } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Batch, Operation } from "../operation.ts";
import { createContainerInstances } from "./ecs-container-instances.ts";
import { revisionsToRead, serviceOf } from "./ecs-service.ts";
import { capacityProviderOf, clusterOf, nameOf, taskDefinitionOf } from "./ecs-shapes.ts";
import { describeTasksOperation, stoppingOnOperation, tasksOnOperation } from "./ecs-tasks.ts";
import { askForEach, chunks, listing, type ServiceDeps, single } from "./service.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html */
const CLUSTERS = 100;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const SERVICES = 10;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html */
const REVISIONS = 20;

export function createEcs(deps: ServiceDeps): EcsCalls {
  const { lanes, clients } = deps;

  const listClusters = listing(
    { service: "ecs", name: "ListClusters", limit: limits.ecsClusterRead },
    async (_all, nextToken, at, abortSignal) => {
      const page = await clients.ecs(at).send(new ListClustersCommand({ maxResults: 100, nextToken }), { abortSignal });
      return { found: page.clusterArns ?? [], next: page.nextToken };
    },
  );

  const describeClusters: Operation<string, EcsCluster | undefined> = {
    service: "ecs",
    name: "DescribeClusters",
    limit: limits.ecsClusterRead,
    size: CLUSTERS,
    share: "in-flight",
    keyOf: (cluster) => cluster,
    async send({ at, items, request }) {
      const command = new DescribeClustersCommand({ clusters: [...items], include: ["TAGS"] });
      const answer = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }));
      const found = new Map((answer.clusters ?? []).map((one) => [one.clusterName ?? "", clusterOf(one)]));
      return (cluster) => found.get(nameOf(cluster));
    },
  };

  const capacityProviders = listing(
    { service: "ecs", name: "DescribeCapacityProviders", limit: limits.ecsCapacityProviderRead },
    async (_all, nextToken, at, abortSignal) => {
      const page = await clients.ecs(at).send(new DescribeCapacityProvidersCommand({ nextToken }), { abortSignal });
      return { found: (page.capacityProviders ?? []).map(capacityProviderOf), next: page.nextToken };
    },
  );

  const listServices = listing(
    { service: "ecs", name: "ListServices", limit: limits.ecsServiceRead },
    async (cluster, nextToken, at, abortSignal) => {
      const command = new ListServicesCommand({ cluster, maxResults: 100, nextToken });
      const page = await clients.ecs(at).send(command, { abortSignal });
      return { found: page.serviceArns ?? [], next: page.nextToken };
    },
  );

  const revisions = async (
    { at, request }: Pick<Batch<string>, "at" | "request">,
    arns: readonly string[],
  ): Promise<readonly ServiceRevision[]> => {
    const parts = chunks(arns, REVISIONS).map(async (part) => {
      const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: part });
      const name = "DescribeServiceRevisions";
      const answer = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }), name);
      return answer.serviceRevisions ?? [];
    });
    return (await Promise.all(parts)).flat();
  };

  /**
   * Reads services, with the revisions of those that are being deployed. A failure to read revisions does not fail the
   * rest.
   */
  const describeServices: Operation<string, EcsService | undefined> = {
    service: "ecs",
    name: "DescribeServices",
    limit: limits.ecsServiceRead,
    size: SERVICES,
    share: "in-flight",
    keyOf: (name) => name,
    async send(batch) {
      const { at, group, items, request } = batch;
      const command = new DescribeServicesCommand({ cluster: group, services: [...items] });
      const { services = [] } = await request((abortSignal) => clients.ecs(at).send(command, { abortSignal }));
      const wanted = services.flatMap(revisionsToRead);
      const read = await revisions(batch, wanted).catch(asFailure);
      const found = services.map((one) => {
        if (!(read instanceof AwsFailure))
          return serviceOf(
            one,
            read.filter(({ serviceArn }) => serviceArn === one.serviceArn),
          );
        const unread = `${read.fields.kind}: ecs:DescribeServiceRevisions (${read.fields.awsCode})`;
        return revisionsToRead(one).length === 0 ? serviceOf(one) : { ...serviceOf(one), unread };
      });
      const byName = new Map(found.map((one) => [one.name, one]));
      return (name) => byName.get(nameOf(name));
    },
  };

  const taskDefinition = single<string, TaskDefinition>(
    { service: "ecs", name: "DescribeTaskDefinition", limit: limits.ecsTaskDefinitionRead, share: "in-flight" },
    async (arn, at, abortSignal) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
      const answer = await clients.ecs(at).send(command, { abortSignal });
      if (answer.taskDefinition !== undefined) return taskDefinitionOf(answer.taskDefinition);
      throw failed("not-found", { service: "ecs", name: "DescribeTaskDefinition" }, "Empty", `AWS knows no ${arn}`);
    },
  );

  const describeTasks = describeTasksOperation(clients);
  const tasksOn = tasksOnOperation(clients);
  const stoppingOn = stoppingOnOperation(clients);

  return {
    listClusters: (at, ask) => lanes.ask(at, listClusters, "", "all", ask),
    describeClusters: (at, names, ask) => askForEach(deps, at, describeClusters, "", names, ask),
    describeCapacityProviders: (at, ask) => lanes.ask(at, capacityProviders, "", "all", ask),
    tasksOn: (at, cluster, arn, ask) => lanes.ask(at, tasksOn, cluster, arn, ask),
    stoppingOn: (at, cluster, arn, ask) => lanes.ask(at, stoppingOn, cluster, arn, ask),
    describeTasks: (at, cluster, arns, ask) => askForEach(deps, at, describeTasks, cluster, arns, ask),
    listServices: (at, cluster, ask) => lanes.ask(at, listServices, "", cluster, ask),
    describeServices: (at, cluster, names, ask) => askForEach(deps, at, describeServices, cluster, names, ask),
    taskDefinition: (at, arn, ask) => lanes.ask(at, taskDefinition, "", arn, ask),
    ...createContainerInstances(deps),
  };
}
