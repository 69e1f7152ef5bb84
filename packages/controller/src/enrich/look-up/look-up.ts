import type { Ask, Place } from "../../aws/ask.ts";
import type { Aws } from "../../aws/aws.ts";
import type { EcsTask } from "../../aws/calls/ecs.ts";
import type { Clock, Ms } from "../../clock.ts";
import { containersOn } from "../../inventory/containers-on.ts";
import { clusterArnFrom, clusterOfTask, groupId } from "../../inventory/ids.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import type { Subject } from "../../model/signal.ts";
import { isEndState } from "../../signal/states.ts";
import { announcedTask } from "../announced.ts";
import { createServiceReads, type ServiceReads } from "./service-reads.ts";
import { createBudget } from "./budget.ts";
import { recordFailure } from "../failed.ts";
import { findContainers } from "./find-containers.ts";
import { type Depth, freshness, NOT_IN_CLUSTER } from "./freshness.ts";
import type { Overrides } from "../overrides.ts";
import { anywhere, createReads, type Reads } from "./reads.ts";
import { targetGroupsOf } from "../../inventory/target-groups.ts";

export interface LookUpOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** Reads for the alert start at multiples of this interval, so that those of a storm share their calls. */
  readonly gather: Ms;
}

/**
 * Reads unknown and outdated facts about the subjects into the inventory: with `act` those that draining needs, with
 * `tell` also those that the alert needs. Never rejects for a failure of AWS; failures are stored in the inventory, and
 * `factsOf` lists them as missing.
 *
 * @param deadline epoch milliseconds; it resolves by then
 * @param afresh reads the instance from EC2 even if it is known
 */
export type LookUp = (
  subjects: Subject | readonly Subject[],
  place: Place,
  deadline: Ms,
  depth: Depth,
  afresh?: boolean,
) => Promise<void>;

interface Deps extends LookUpOptions {
  readonly reads: Reads;
  readonly serviceReads: ServiceReads;
}

/**
 * Creates the reads of facts; one per process, so that incidents share calls.
 *
 * Calls for one instance with an empty inventory and one cluster: DescribeInstances, DescribeAutoScalingInstances,
 * ListClusters; DescribeAutoScalingGroups, DescribeLifecycleHooks; ListContainerInstances and
 * DescribeContainerInstances: 7 to drain; and ListTasks, DescribeTasks, DescribeServices: 10 in total. Target health is
 * counted as polls.
 */
export function createLookUp(options: LookUpOptions): LookUp {
  const { inventory, clock, gather } = options;
  const budget = createBudget(clock);
  const reads = createReads({ ...options, budget });
  const deps: Deps = { ...options, reads, serviceReads: createServiceReads({ reads, inventory, budget }) };

  return async (subjects, place, deadline, depth, afresh = false) => {
    const all: readonly Subject[] = "type" in subjects ? [subjects] : subjects;
    const ask: Ask = { purpose: "enrich", deadline, followsUp: depth === "tell" };
    if (depth === "tell" && gather > 0) {
      const together = Math.ceil(clock.now() / gather) * gather;
      await clock.sleep(Math.max(0, Math.min(together, deadline) - clock.now()));
    }
    for (const { id } of all) budget.interrupted(id);
    await Promise.all(
      all.map(({ type, id }) =>
        type === "task" ? ofTask(deps, id, place, ask, depth) : ofInstance(deps, id, place, ask, depth, afresh),
      ),
    );
  };
}

async function ofInstance(
  deps: Deps,
  id: string,
  place: Place,
  ask: Ask,
  depth: Depth,
  afresh: boolean,
): Promise<void> {
  const asked = knowsGround(deps, id, place) ? ask : { ...ask, followsUp: false };
  await toDrain(deps, id, place, asked, depth, afresh);
  if (depth === "tell") await atStake(deps, id, place, asked);
}

/**
 * Whether all facts that draining needs were read before. If not, the reads for the alert get the priority of a drain.
 */
function knowsGround({ inventory }: Deps, id: string, place: Place): boolean {
  const membership = inventory.get("membership", id);
  if (membership === undefined || inventory.get("instance", id) === undefined) return false;
  const name = membership.value?.group;
  const isGroupKnown = name === undefined || inventory.get("group", groupId(place, name)) !== undefined;
  return isGroupKnown && (containersOn(inventory, id).length > 0 || inventory.get("searched", id) !== undefined);
}

/** Reads what draining needs: group, hooks, the group's targets, cluster. */
async function toDrain(deps: Deps, id: string, place: Place, ask: Ask, depth: Depth, afresh: boolean): Promise<void> {
  const { reads, inventory, clock, serviceReads } = deps;
  const at = anywhere(place);
  const [instance, membership] = await Promise.all([
    reads.instance(at, id, ask, afresh ? 0 : instanceAge(inventory, id, depth)),
    reads.membership(at, id, ask, membershipAge(inventory, id, depth)),
    // Read before it is needed, which saves one round trip.
    containersOn(inventory, id).length === 0 &&
      inventory.get("searched", id) === undefined &&
      reads.clusters(at, "all", ask, freshness.clusters[depth]),
  ]);
  const name = membership?.group;
  const [group] = await Promise.all([
    name === undefined ? undefined : reads.group(at, name, ask, freshness.group[depth]),
    name === undefined ? undefined : reads.hooks(at, name, ask, freshness.hooks[depth]),
  ]);
  const finding = { reads, inventory, clock, overrides: deps.overrides };
  await Promise.all([
    findContainers(finding, place, { id, instance, group }, ask, depth),
    ...(group === undefined ? [] : targetGroupsOf(group)).map((arn) => serviceReads.health(place, arn, ask, depth)),
  ]);
}

/**
 * Returns the maximum age of an instance. One that ends is read again while its state reason is missing: only the reason
 * shows whether the end is a missed notice (to be drained) or a scale-in (docs/aws-facts.md, 11).
 */
function instanceAge(inventory: Inventory, id: string, depth: Depth): Ms {
  const known = inventory.get("instance", id)?.value;
  const isUnexplained = known !== undefined && isEndState(known.state) && known.stateReason === null;
  return isUnexplained ? 0 : freshness.instance[depth];
}

/**
 * Returns the maximum age of a membership. "In no group" is valid for a shorter time, since the instance may be
 * attached later.
 */
function membershipAge(inventory: Inventory, id: string, depth: Depth): Ms {
  const isNowhere = inventory.get("membership", id)?.value === null;
  return isNowhere ? Math.min(NOT_IN_CLUSTER, freshness.membership[depth]) : freshness.membership[depth];
}

/** Reads what the alert needs: tasks, services and their registrations. */
async function atStake({ reads, inventory, serviceReads }: Deps, id: string, place: Place, ask: Ask): Promise<void> {
  const name = inventory.get("membership", id)?.value?.group;
  const [group, hosted] = await Promise.all([
    name === undefined ? undefined : reads.group(anywhere(place), name, ask, freshness.group.tell),
    Promise.all(
      containersOn(inventory, id).map(async ({ arn, clusterArn: cluster }) => {
        // Tasks that ran at the beginning are reported, too (responders/drain-tasks.ts).
        const ran = inventory.get("tasks", arn)?.value ?? [];
        const runs = (await reads.tasks({ place, cluster }, arn, ask, freshness.tasks.tell)) ?? [];
        return { cluster, tasks: [...new Map([...ran, ...runs].map((task) => [task.arn, task])).values()] };
      }),
    ),
  ]);
  await Promise.all([
    ...(group?.trafficSources ?? [])
      .filter((one) => one.type === "vpc-lattice")
      .map((one) => reads.lattice(anywhere(place), one.identifier, ask, freshness.lattice.tell)),
    ...hosted.map(({ cluster, tasks }) => serviceReads.services(place, cluster, tasks, ask, "tell")),
  ]);
  const tasks = hosted.flatMap((one) => one.tasks);
  await serviceReads.extras(place, tasks, group === undefined ? [] : targetGroupsOf(group), ask);
}

/** Reads the facts about a Fargate task; draining and the alert need the same. */
async function ofTask(deps: Deps, arn: string, place: Place, ask: Ask, depth: Depth): Promise<void> {
  const { reads, inventory, clock, serviceReads } = deps;
  const announced = inventory.get("announced", arn)?.value;
  const named = clusterOfTask(arn);
  const cluster = announced?.clusterArn ?? (named === null ? null : clusterArnFrom(arn, named));
  if (cluster === null) {
    const why = "not-found: neither its event nor its ARN names its cluster";
    recordFailure(inventory, "task", arn, { kind: "not-found", why }, clock.now());
    return;
  }
  const known = await reads.task({ place, cluster }, arn, ask, freshness.task[depth]);
  const task: EcsTask | undefined = known ?? (announced === undefined ? undefined : announcedTask(arn, announced));
  if (task === undefined) return;
  await serviceReads.services(place, cluster, [task], ask, depth);
  if (depth === "tell") await serviceReads.extras(place, known === undefined ? [] : [known], [], ask);
}
