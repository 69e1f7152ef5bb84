import type { Ask, Purpose } from "../../../src/aws/ask.ts";
import type { Aws } from "../../../src/aws/aws.ts";
import type { FailureKind } from "../../../src/aws/failure.ts";
import { AwsFailure } from "../../../src/aws/failure.ts";
import type { Clock, Ms } from "../../../src/clock.ts";
import { nameOf } from "../../../src/inventory/ids.ts";
import type { Fleet } from "./fleet.ts";

export interface Call {
  readonly operation: string;
  readonly purpose: Purpose;
  /** Requests to AWS that the real lane makes of it at the least. */
  readonly requests: number;
  readonly of: readonly string[];
}

export interface FakeAws {
  readonly aws: Aws;
  readonly calls: Call[];
  /** Makes an operation fail; null: works again. */
  fail(operation: string, kind: FailureKind | null, ofOnly?: string): void;
  /** Requests made, polls apart. */
  requests(purpose: Purpose): number;
}

export const failure = (kind: FailureKind, operation: string): AwsFailure =>
  new AwsFailure(
    {
      kind,
      retryable: kind === "throttled",
      retryAt: null,
      service: "fake",
      operation,
      awsCode: `${kind}-code`,
      requestId: null,
    },
    `${operation} failed`,
  );

const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));

/** The reads of `Aws` over a fleet; a call takes `latency`. Calls that enrichment never makes throw. */
export function fakeAws(fleet: Fleet, clock: Clock, latency: Ms = 50): FakeAws {
  const calls: Call[] = [];
  const failing = new Map<string, FailureKind>();
  const batches = new Map<string, { readonly arns: string[]; readonly sent: Promise<void> }>();

  const call = async <T>(
    operation: string,
    ask: Ask,
    of: readonly string[],
    requests: number,
    answer: () => T,
  ): Promise<T> => {
    calls.push({ operation, purpose: ask.purpose, requests, of });
    await clock.sleep(latency);
    const kind =
      failing.get(operation) ?? of.map((one) => failing.get(`${operation} ${one}`)).find((one) => one !== undefined);
    if (kind !== undefined) throw failure(kind, operation);
    return answer();
  };
  const pick = <V>(from: ReadonlyMap<string, V>, ids: readonly string[]): Map<string, V> =>
    new Map(ids.flatMap((id) => (from.has(id) ? [[id, from.get(id)!] as const] : [])));

  const send = async (key: string, cluster: string, ask: Ask): Promise<void> => {
    await clock.sleep(0);
    const alone = 2 * (batches.get(key)?.arns.length ?? 0);
    const all = [...fleet.tasks.values()].reduce((sum, tasks) => sum + tasks.length, 0);
    await call("ListTasks", ask, [cluster], Math.min(alone, 2 * pages(all, 100)), () => null);
  };

  const aws = {
    ec2: {
      describeInstances: (_at, ids, ask) =>
        call("DescribeInstances", ask, ids, pages(ids.length, 100), () => pick(fleet.instances, ids)),
    },
    autoScaling: {
      describeGroups: (_at, names, ask) =>
        call("DescribeAutoScalingGroups", ask, names, pages(names.length, 50), () => pick(fleet.groups, names)),
      listGroups: (_at, ask) =>
        call("DescribeAutoScalingGroups", ask, [], pages(fleet.groups.size, 100), () => [...fleet.groups.values()]),
      memberships: (_at, ids, ask) =>
        call("DescribeAutoScalingInstances", ask, ids, pages(ids.length, 50), () => {
          const members = [...fleet.groups.values()].flatMap((group) =>
            group.instances.map((one) => ({
              instanceId: one.id,
              group: group.name,
              state: one.state,
              protected: one.protected,
            })),
          );
          return new Map(members.filter((one) => ids.includes(one.instanceId)).map((one) => [one.instanceId, one]));
        }),
      describeHooks: (_at, name, ask) =>
        call("DescribeLifecycleHooks", ask, [name], 1, () => fleet.hooks.get(name) ?? []),
      refreshing: (_at, name, ask) => call("DescribeInstanceRefreshes", ask, [name], 1, () => false),
    },
    ecs: {
      describeClusters: (_at, arns, ask) =>
        call("DescribeClusters", ask, arns, pages(arns.length, 100), () => pick(fleet.clusters, arns)),
      listClusters: (_at, ask) => call("ListClusters", ask, [], 1, () => [...fleet.clusters.keys()]),
      describeCapacityProviders: (_at, ask) =>
        call("DescribeCapacityProviders", ask, [], 1, () => fleet.capacityProviders),
      containerInstances: async (_at, cluster, ids, ask) => {
        const all = [...fleet.containers.values()].filter((one) => nameOf(one.clusterArn) === nameOf(cluster));
        const found = all.filter((one) => ids === null || ids.includes(one.instanceId));
        const listed = await call("ListContainerInstances", ask, [cluster], pages(found.length, 100), () => found);
        if (listed.length === 0) return new Map();
        const requests = pages(found.length, 100);
        await call("DescribeContainerInstances", ask, [cluster], requests, () => null);
        return Map.groupBy(listed, (one) => one.instanceId);
      },
      // As the lane does: many of a cluster at one instant are listed alone or all together, whichever is cheaper.
      stoppingOn: async () => [],
      tasksOn: async (_at, cluster, arn, ask) => {
        const key = `${cluster}@${clock.now()}`;
        const batch = batches.get(key) ?? { arns: [], sent: send(key, cluster, ask) };
        batches.set(key, batch);
        batch.arns.push(arn);
        await batch.sent;
        const kind = failing.get(`ListTasks ${arn}`);
        if (kind !== undefined) throw failure(kind, "ListTasks");
        return fleet.tasks.get(arn) ?? [];
      },
      describeTasks: (_at, _cluster, arns, ask) =>
        call("DescribeTasks", ask, arns, pages(arns.length, 100), () => pick(fleet.fargate, arns)),
      listServices: (_at, cluster, ask) =>
        call("ListServices", ask, [cluster], 1, () =>
          [...fleet.services.values()].filter((one) => one.clusterArn === cluster).map((one) => one.arn),
        ),
      describeServices: (_at, cluster, names, ask) =>
        call("DescribeServices", ask, names, pages(names.length, 10), () => {
          const found = names.flatMap((name) => fleet.services.get(`${nameOf(cluster)}/${nameOf(name)}`) ?? []);
          return new Map(found.map((one) => [one.name, one]));
        }),
      taskDefinition: (_at, arn, ask) =>
        call("DescribeTaskDefinition", ask, [arn], 1, () => {
          const found = fleet.definitions.get(arn);
          if (found === undefined) throw failure("not-found", "DescribeTaskDefinition");
          return found;
        }),
    },
    elb: {
      describeTargetGroups: (_at, arns, ask) =>
        call(
          "DescribeTargetGroups",
          ask,
          arns,
          pages(arns.length, 20),
          () =>
            new Map(
              arns
                .filter((arn) => fleet.health.has(arn))
                .map((arn) => [
                  arn,
                  {
                    arn,
                    name: nameOf(arn),
                    protocol: "HTTP",
                    targetType: "instance",
                    vpcId: null,
                    loadBalancerArns: [],
                  },
                ]),
            ),
        ),
      targetGroupAttributes: (_at, arn, ask) =>
        call("DescribeTargetGroupAttributes", ask, [arn], 1, () => {
          const found = fleet.attributes.get(arn);
          if (found === undefined) throw failure("not-found", "DescribeTargetGroupAttributes");
          return found;
        }),
      listTargetGroups: (_at, ask) =>
        call("DescribeTargetGroups", ask, [], pages(fleet.targetGroups.length, 400), () => fleet.targetGroups),
      targetHealth: (_at, arn, ask) => call("DescribeTargetHealth", ask, [arn], 1, () => fleet.health.get(arn) ?? []),
    },
    classicElb: {
      list: (_at, ask) => call("DescribeLoadBalancers", ask, [], 1, () => fleet.classic),
    },
    cloudMap: {
      instances: (_at, id, ask) => call("ListInstances", ask, [id], 1, () => fleet.discovery.get(id) ?? []),
    },
    lattice: {
      targets: (_at, id, ask) => call("ListTargets", ask, [id], 1, () => fleet.lattice.get(id) ?? []),
    },
  } as { [S in keyof Aws]?: Partial<Aws[S]> } as Aws;

  return {
    aws,
    calls,
    fail(operation, kind, ofOnly) {
      const key = ofOnly === undefined ? operation : `${operation} ${ofOnly}`;
      if (kind === null) failing.delete(key);
      else failing.set(key, kind);
    },
    requests: (purpose) => calls.filter((one) => one.purpose === purpose).reduce((sum, one) => sum + one.requests, 0),
  };
}
