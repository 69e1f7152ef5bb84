import type { Ask, Place } from "../../aws/ask.ts";
import type { Aws } from "../../aws/aws.ts";
import type { ContainerInstance } from "../../aws/calls/ecs.ts";
import { asFailure, type AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import { containersOn } from "../../inventory/containers-on.ts";
import { groupId, nameOf, regionId, serviceId } from "../../inventory/ids.ts";
import type { Facet, Facets, Failed, Inventory } from "../../inventory/inventory.ts";
import { putContainers, putMembers } from "../../inventory/put-listed.ts";
import type { Budget } from "./budget.ts";
import { isRecentFailure, recordFailure, within } from "../failed.ts";
import { type Answer, createLoader, type Loader } from "./loader.ts";

export interface ReadsOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly budget: Budget;
}

/** Where a read is made: account and region, and the cluster if the request needs one. */
export interface At {
  readonly place: Place;
  readonly cluster: string;
}

/** For requests without a cluster. */
export const anywhere = (place: Place): At => ({ place, cluster: "" });

/** One kind of read: answered from the inventory if fresh enough, else by AWS, merged with other requests. */
export interface Read<V> {
  /**
   * @param name id of the resource in the request to AWS
   * @param age maximum age of a known observation, in milliseconds
   * @returns the value; an older observation if AWS fails; undefined if there is none (the failure is stored in the
   *   inventory)
   */
  (at: At, name: string, ask: Ask, age: Ms): Promise<V | undefined>;
}

type Asked = Exclude<
  Facet,
  "failure" | "announced" | "fleet" | "agents" | "evidence" | "container" | "searched" | "refreshing"
>;
export type Reads = { readonly [F in Asked]: Read<Facets[F]> } & {
  /**
   * Reads the container instances of an instance in this cluster. Returns a failure as a value, so that it is not
   * treated as "none".
   */
  readonly containersIn: (at: At, instanceId: string, ask: Ask) => Promise<readonly ContainerInstance[] | Failed>;
};

type Fetch<V> = (at: At, names: readonly string[], ask: Ask) => Promise<ReadonlyMap<string, Answer<V>>>;

export function createReads(options: ReadsOptions): Reads {
  const { aws, inventory, clock, budget } = options;

  const read = <F extends Asked>(
    facet: F,
    idOf: (at: At, name: string) => string,
    calls: (count: number) => number,
    fetch: Fetch<Facets[F]>,
  ): Read<Facets[F]> => {
    const loader: Loader<At, Facets[F]> = createLoader({
      clock,
      keyOf: (at) => `${regionId(at.place)}/${at.cluster}`,
      fetch: async (at, names, ask) => {
        const asked = clock.now();
        if (ask.purpose !== "poll") budget.spent(calls(names.length));
        const answers = await fetch(at, names, ask);
        // Observed at the time of the request, so that events since then are newer.
        for (const [name, answer] of answers) {
          if (answer !== undefined && !(answer instanceof Error)) inventory.put(facet, idOf(at, name), answer, asked);
        }
        return answers;
      },
    });
    return async (at, name, ask, age) => {
      const id = idOf(at, name);
      const now = clock.now();
      const known = inventory.get(facet, id);
      if (known !== undefined && now - known.observedAt <= age) return known.value;
      if (isRecentFailure(inventory, facet, id, now)) return known?.value;
      const answer = await within(clock, ask.deadline, loader.load(at, name, ask));
      // As of the time of the request, so that an answer after the deadline is newer than this failure.
      if (answer === undefined) recordFailure(inventory, facet, id, notFound(facet, name), now);
      else if (isFailed(answer)) recordFailure(inventory, facet, id, answer, now);
      return inventory.get(facet, id)?.value;
    };
  };

  const plain = (_at: At, name: string): string => name;
  const inRegion = (at: At): string => regionId(at.place);
  const inGroup = (at: At, name: string): string => groupId(at.place, name);

  const containers: Loader<At, readonly ContainerInstance[]> = createLoader({
    clock,
    keyOf: (at) => `${regionId(at.place)}/${at.cluster}`,
    fetch: async (at, ids, ask) => {
      const asked = clock.now();
      budget.spent(2 * Math.ceil(ids.length / 100));
      const found = await aws.ecs.containerInstances(at.place, at.cluster, ids, ask);
      const known = ids.flatMap((id) => containersOn(inventory, id));
      const here = known.filter((one) => nameOf(one.clusterArn) === nameOf(at.cluster));
      putContainers(inventory, [...found.values()].flat(), here, asked);
      return found;
    },
  });

  return {
    instance: read("instance", plain, perHundred, (at, ids, ask) => aws.ec2.describeInstances(at.place, ids, ask)),
    membership: read("membership", plain, perFifty, async (at, ids, ask) => {
      const found = await aws.autoScaling.memberships(at.place, ids, ask);
      return new Map(ids.map((id) => [id, found.get(id) ?? null]));
    }),
    group: read("group", inGroup, perFifty, async (at, names, ask) => {
      const asked = clock.now();
      const found = await aws.autoScaling.describeGroups(at.place, names, ask);
      for (const group of found.values()) putMembers(inventory, group, asked);
      return found;
    }),
    hooks: read(
      "hooks",
      inGroup,
      each,
      one((at, name, ask) => aws.autoScaling.describeHooks(at.place, name, ask)),
    ),
    tasks: read(
      "tasks",
      plain,
      // An upper bound: the lane lists a whole cluster if that is cheaper.
      (count) => 2 * count,
      one((at, arn, ask) => aws.ecs.tasksOn(at.place, at.cluster, arn, ask)),
    ),
    task: read("task", plain, perHundred, (at, arns, ask) => aws.ecs.describeTasks(at.place, at.cluster, arns, ask)),
    service: read(
      "service",
      (at, name) => serviceId(at.cluster, name),
      (count) => Math.ceil(count / 10),
      (at, names, ask) => aws.ecs.describeServices(at.place, at.cluster, names, ask),
    ),
    taskDefinition: read(
      "taskDefinition",
      plain,
      none,
      one((at, arn, ask) => aws.ecs.taskDefinition(at.place, arn, ask)),
    ),
    targetGroup: read("targetGroup", plain, perHundred, (at, arns, ask) =>
      aws.elb.describeTargetGroups(at.place, arns, ask),
    ),
    targetGroups: read(
      "targetGroups",
      inRegion,
      each,
      one((at, _name, ask) => aws.elb.listTargetGroups(at.place, ask)),
    ),
    classicLoadBalancers: read(
      "classicLoadBalancers",
      inRegion,
      each,
      one((at, _name, ask) => aws.classicElb.list(at.place, ask)),
    ),
    attributes: read(
      "attributes",
      plain,
      none,
      one((at, arn, ask) => aws.elb.targetGroupAttributes(at.place, arn, ask)),
    ),
    health: read(
      "health",
      plain,
      each,
      one((at, arn, ask) => aws.elb.targetHealth(at.place, arn, ask)),
    ),
    clusters: read(
      "clusters",
      inRegion,
      each,
      one((at, _name, ask) => aws.ecs.listClusters(at.place, ask)),
    ),
    cluster: read("cluster", plain, perHundred, (at, arns, ask) => aws.ecs.describeClusters(at.place, arns, ask)),
    capacityProviders: read(
      "capacityProviders",
      inRegion,
      none,
      one((at, _name, ask) => aws.ecs.describeCapacityProviders(at.place, ask)),
    ),
    discovery: read(
      "discovery",
      plain,
      each,
      one((at, id, ask) => aws.cloudMap.instances(at.place, id, ask)),
    ),
    lattice: read(
      "lattice",
      plain,
      each,
      one((at, id, ask) => aws.lattice.targets(at.place, id, ask)),
    ),
    containersIn: async (at, instanceId, ask) =>
      (await within(clock, ask.deadline, containers.load(at, instanceId, ask))) ?? [],
  };
}

const perHundred = (count: number): number => Math.ceil(count / 100);
const perFifty = (count: number): number => Math.ceil(count / 50);
const each = (count: number): number => count;
/** These calls were already counted by `Budget.takeExtra`. */
const none = (): number => 0;

/** Makes one call for each name, concurrently; the lane merges them where AWS's API allows it. */
function one<V>(call: (at: At, name: string, ask: Ask) => Promise<V>): Fetch<V> {
  return async (at, names, ask) => {
    const answers = names.map(async (name): Promise<readonly [string, V | AwsFailure]> => {
      try {
        return [name, await call(at, name, ask)];
      } catch (error) {
        return [name, asFailure(error)];
      }
    });
    return new Map(await Promise.all(answers));
  };
}

const isFailed = (answer: unknown): answer is Failed =>
  typeof answer === "object" && answer !== null && "why" in answer && "kind" in answer;

const notFound = (facet: Facet, name: string): Failed => ({
  kind: "not-found",
  why: `not-found: AWS knows no ${SAID[facet] ?? facet} ${nameOf(name)}`,
});

const SAID: Partial<Record<Facet, string>> = {
  taskDefinition: "task definition",
  targetGroup: "target group",
};
