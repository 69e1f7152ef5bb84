import type { Ask, Place } from "../aws/ask.ts";
import type { Aws } from "../aws/aws.ts";
import type { EcsTask } from "../aws/calls/ecs.ts";
import type { Clock, Ms } from "../clock.ts";
import { containersOn } from "../inventory/containers-on.ts";
import { clusterArnFrom, clusterOfTask, groupId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Subject } from "../model/signal.ts";
import { announcedTask } from "./announced.ts";
import { createBehind, type Behind } from "./behind.ts";
import { createBudget } from "./budget.ts";
import { recordFailure } from "./failed.ts";
import { findContainers } from "./find-containers.ts";
import { type Depth, freshness, NOT_IN_CLUSTER } from "./freshness.ts";
import type { Overrides } from "./overrides.ts";
import { anywhere, createReads, type Reads } from "./reads.ts";
import { targetGroupsOf } from "../inventory/target-groups.ts";

export interface LookUpOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** Closer looks start together at multiples of this, so that a storm's ask the same questions at one time. */
  readonly gather: Ms;
}

/**
 * Fills the inventory with what is not known, or not newly enough, of the subjects: `act` with what draining needs,
 * `tell` with what is at stake as well. Never rejects for what AWS does; why something was not learnt stands in the
 * inventory, from where `factsOf` names it.
 *
 * @param deadline epoch milliseconds; it resolves by then
 * @param afresh EC2 is asked for the instance, whatever is known of it
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
  readonly behind: Behind;
}

/**
 * One per process: questions of many incidents are merged and shared.
 *
 * Calls for one instance with an empty inventory and one cluster: DescribeInstances, DescribeAutoScalingInstances,
 * ListClusters; DescribeAutoScalingGroups, DescribeLifecycleHooks; ListContainerInstances and DescribeContainerInstances:
 * 7 to act; and ListTasks, DescribeTasks, DescribeServices: 10 in all. Target health is counted as polls.
 */
export function createLookUp(options: LookUpOptions): LookUp {
  const { inventory, clock, gather } = options;
  const budget = createBudget(clock);
  const reads = createReads({ ...options, budget });
  const deps: Deps = { ...options, reads, behind: createBehind({ reads, inventory, budget }) };

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

/** Whether what draining needs was learnt before: what was not is still waited for, and does not merely follow up. */
function knowsGround({ inventory }: Deps, id: string, place: Place): boolean {
  const membership = inventory.get("membership", id);
  if (membership === undefined || inventory.get("instance", id) === undefined) return false;
  const name = membership.value?.group;
  const isGroupKnown = name === undefined || inventory.get("group", groupId(place, name)) !== undefined;
  return isGroupKnown && (containersOn(inventory, id).length > 0 || inventory.get("searched", id) !== undefined);
}

/** What draining needs: group, hooks, targets by the group, cluster. */
async function toDrain(deps: Deps, id: string, place: Place, ask: Ask, depth: Depth, afresh: boolean): Promise<void> {
  const { reads, inventory, clock, behind } = deps;
  const at = anywhere(place);
  const [instance, membership] = await Promise.all([
    reads.instance(at, id, ask, afresh ? 0 : instanceAge(inventory, id, depth)),
    reads.membership(at, id, ask, membershipAge(inventory, id, depth)),
    // Ahead of its use: the wait is one round trip less.
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
    ...(group === undefined ? [] : targetGroupsOf(group)).map((arn) => behind.health(place, arn, ask, depth)),
  ]);
}

/**
 * Asked again while the reason is missing, also before draining: it tells a missed notice, which is drained, from a
 * scale-in (docs/aws-facts.md, 11).
 */
const ENDING: ReadonlySet<string> = new Set(["shutting-down", "terminated", "stopping", "stopped"]);

function instanceAge(inventory: Inventory, id: string, depth: Depth): Ms {
  const known = inventory.get("instance", id)?.value;
  const isUnexplained = known !== undefined && ENDING.has(known.state) && known.stateReason === null;
  return isUnexplained ? 0 : freshness.instance[depth];
}

/** That it is in no group is believed no longer than that it is in no cluster: it may have been attached since. */
function membershipAge(inventory: Inventory, id: string, depth: Depth): Ms {
  const isNowhere = inventory.get("membership", id)?.value === null;
  return isNowhere ? Math.min(NOT_IN_CLUSTER, freshness.membership[depth]) : freshness.membership[depth];
}

/** Tasks, services and what stands before them. */
async function atStake({ reads, inventory, behind }: Deps, id: string, place: Place, ask: Ask): Promise<void> {
  const name = inventory.get("membership", id)?.value?.group;
  const [group, hosted] = await Promise.all([
    name === undefined ? undefined : reads.group(anywhere(place), name, ask, freshness.group.tell),
    Promise.all(
      containersOn(inventory, id).map(async ({ arn, clusterArn: cluster }) => {
        // What ran here when it began is told of, too (responders/drain-tasks.ts).
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
    ...hosted.map(({ cluster, tasks }) => behind.services(place, cluster, tasks, ask, "tell")),
  ]);
  const tasks = hosted.flatMap((one) => one.tasks);
  await behind.extras(place, tasks, group === undefined ? [] : targetGroupsOf(group), ask);
}

/** A Fargate task: what takes its address away is the same as what tells of it. */
async function ofTask(deps: Deps, arn: string, place: Place, ask: Ask, depth: Depth): Promise<void> {
  const { reads, inventory, clock, behind } = deps;
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
  await behind.services(place, cluster, [task], ask, depth);
  if (depth === "tell") await behind.extras(place, known === undefined ? [] : [known], [], ask);
}
