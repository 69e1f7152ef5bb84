import type { Ask, Place } from "../../aws/ask.ts";
import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { ContainerInstance } from "../../aws/calls/ecs.ts";
import type { Ec2Instance } from "../../aws/calls/ec2.ts";
import type { Clock, Ms } from "../../clock.ts";
import { wildcard } from "../../model/matcher.ts";
import { containersOn, isConnected, sufficeToDrain } from "../../inventory/containers-on.ts";
import { failureId, nameOf, regionId } from "../../inventory/ids.ts";
import type { Failed, Inventory } from "../../inventory/inventory.ts";
import { recordFailure } from "../failed.ts";
import { type Depth, freshness, NOT_IN_CLUSTER } from "./freshness.ts";
import type { Overrides } from "../overrides.ts";
import { anywhere, type Reads } from "./reads.ts";

export interface FindDeps {
  readonly reads: Reads;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly overrides: Overrides;
}

/** The instance whose cluster is searched, with its known facts. */
export interface Sought {
  readonly id: string;
  readonly instance: Ec2Instance | undefined;
  readonly group: AutoScalingGroup | undefined;
}

/** An instance that was older than this and in no cluster is not expected to join one later. */
const SETTLED_IN: Ms = 10 * 60_000;
/** Up to this number of clusters, searching each is as cheap as describing them first. */
const FEW = 3;

/**
 * Maximum number of clusters that are searched for further registrations of an instance that was found; with more
 * clusters the sweep finds them.
 */
const MOST_MORE = 20;

/**
 * Reads the container instances of an instance into the facet `container`, and sets `searched` once every cluster has
 * answered. AWS names the cluster of an instance nowhere reliably (docs/aws-facts.md, 13), so clusters are searched,
 * the likeliest first: its last cluster, the user's configuration, its tag, the clusters of its group's other
 * instances, its group's capacity provider, similar names, and finally all. To drain, the search ends at the first
 * registration with a connected agent, since an instance has one agent; other registrations are searched for the alert.
 */
export async function findContainers(
  deps: FindDeps,
  place: Place,
  sought: Sought,
  ask: Ask,
  depth: Depth,
): Promise<void> {
  const { inventory, clock } = deps;
  if (isEnough(inventory, sought, clock.now(), depth)) return;
  const started = clock.now();
  const asked = new Set(depth === "act" ? [] : answeredLately(inventory, sought.id, started));
  const failures = new Map<string, Failed>();
  const isLive = (): boolean => isConnected(containersOn(inventory, sought.id));
  const keep = (answered: "all" | readonly string[]): void => inventory.put("searched", sought.id, answered, started);

  const askFor = async (cluster: string): Promise<void> => {
    asked.add(nameOf(cluster));
    const answer = await deps.reads.containersIn({ place, cluster }, sought.id, ask);
    // A cluster that does not exist has no instances; any other failure means "not known".
    if ("why" in answer && answer.kind !== "not-found") failures.set(nameOf(cluster), answer);
  };
  const mayEnd = (): boolean => {
    if (depth !== "act" || !isLive()) return false;
    keep([...asked].filter((name) => !failures.has(name)));
    return true;
  };

  for (const cluster of likely(deps, sought)) {
    if (asked.has(nameOf(cluster))) continue;
    await askFor(cluster);
    if (mayEnd()) return;
  }
  const all = await deps.reads.clusters(anywhere(place), "all", ask, freshness.clusters.act);
  if (all === undefined) {
    const why = inventory.get("failure", failureId("clusters", regionId(place)))?.value;
    const unlisted: Failed = why ?? { kind: "unavailable", why: "clusters not listed" };
    recordFailure(inventory, "searched", sought.id, unlisted, started);
    return;
  }
  const rest = all.filter((arn) => !asked.has(nameOf(arn)));
  if (isLive() && rest.length > MOST_MORE) return;
  for (const wave of await waves(deps, place, sought, rest, ask)) {
    await Promise.all(wave.map(askFor));
    if (mayEnd()) return;
  }
  const [failure] = failures.values();
  if (failure !== undefined) recordFailure(inventory, "searched", sought.id, failure, started);
  else keep("all");
}

/** Returns the names of clusters that were searched recently. */
function answeredLately(inventory: Inventory, id: string, now: Ms): readonly string[] {
  const known = inventory.get("searched", id);
  const isFresh = known !== undefined && known.value !== "all" && now - known.observedAt <= NOT_IN_CLUSTER;
  return isFresh ? known.value : [];
}

/**
 * Whether the known facts suffice: to drain, the container instances of `sufficeToDrain`; else a search of all clusters.
 * Each must be fresh enough.
 */
function isEnough(inventory: Inventory, { id, instance }: Sought, now: Ms, depth: Depth): boolean {
  const containers = containersOn(inventory, id);
  const isFresh = ({ arn }: ContainerInstance): boolean =>
    now - (inventory.get("container", arn)?.observedAt ?? 0) <= freshness.container[depth];
  if (depth === "act" && sufficeToDrain(containers.filter(isFresh), instance ?? null)) return true;
  const searched = inventory.get("searched", id);
  if (searched?.value !== "all") return false;
  const wasOld = instance !== undefined && searched.observedAt - instance.launchTime > SETTLED_IN;
  const settled = containers.length === 0 ? wasOld : isConnected(containers);
  return now - searched.observedAt <= (settled ? freshness.searched[depth] : NOT_IN_CLUSTER);
}

/** Returns likely clusters, by name or ARN, the likeliest first. */
function likely({ inventory, overrides }: Omit<FindDeps, "reads" | "clock">, sought: Sought): readonly string[] {
  const { id, instance, group } = sought;
  const byTag = overrides.groupTag === null ? undefined : group?.tags[overrides.groupTag];
  const byName = overrides.names.find(({ pattern }) => wildcard(pattern).test(instance?.name ?? ""));
  const hosts = (group?.instances ?? []).filter((one) => one.id !== id).map((one) => containersOn(inventory, one.id));
  const clusters = [
    ...containersOn(inventory, id).map((one) => one.clusterArn),
    byTag,
    byName?.cluster,
    instance?.tags["aws:ecs:clusterName"],
    hosts.find(([first]) => first !== undefined)?.[0]?.clusterArn,
  ];
  return [...new Set(clusters.filter((one): one is string => typeof one === "string" && one !== ""))];
}

/** Divides the other clusters into waves; the clusters of a wave are searched concurrently. */
async function waves(
  deps: FindDeps,
  place: Place,
  sought: Sought,
  rest: readonly string[],
  ask: Ask,
): Promise<readonly (readonly string[])[]> {
  const said = rest.length > FEW ? await bound(deps, place, sought, rest, ask) : [];
  const open = rest.filter((arn) => !said.includes(arn));
  const words = `${sought.group?.name ?? ""} ${sought.instance?.name ?? ""}`;
  const alike = open.filter((arn) => holdsWord(words, nameOf(arn)));
  return [said, alike, open.filter((arn) => !alike.includes(arn))].filter((wave) => wave.length > 0);
}

/** Whether a text contains a name as a whole word: `web` in `prod-web-nodes`, but not `web-1` in `web-10-nodes`. */
function holdsWord(text: string, name: string): boolean {
  const [where, what] = [text.toLowerCase(), name.toLowerCase()];
  const isWord = (letter: string | undefined): boolean => letter !== undefined && /[a-z0-9]/.test(letter);
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + 1)) {
    if (!isWord(where[at - 1]) && !isWord(where[at + what.length])) return true;
  }
  return false;
}

/** Returns the clusters that belong to the group by a capacity provider or by the cluster's tag. */
async function bound(
  { reads, overrides }: FindDeps,
  place: Place,
  { group }: Sought,
  rest: readonly string[],
  ask: Ask,
): Promise<readonly string[]> {
  if (group === undefined) return [];
  const at = anywhere(place);
  const [providers, clusters] = await Promise.all([
    reads.capacityProviders(at, "all", ask, freshness.capacityProviders.act),
    Promise.all(rest.map((arn) => reads.cluster(at, arn, ask, freshness.cluster.act))),
  ]);
  const names = new Set(providers?.filter((one) => one.groupArn === group.arn).map((one) => one.name));
  const { clusterTag } = overrides;
  return clusters.flatMap((cluster) => {
    if (cluster === undefined) return [];
    const pattern = clusterTag === null ? undefined : cluster.tags[clusterTag];
    const isTagged = pattern !== undefined && wildcard(pattern).test(group.name);
    return isTagged || cluster.capacityProviders.some((name) => names.has(name)) ? [cluster.arn] : [];
  });
}
