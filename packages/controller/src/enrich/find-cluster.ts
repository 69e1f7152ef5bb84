import type { Ask, AutoScalingGroup, Ec2Instance, Place } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import { wildcard } from "../decide/match.ts";
import { failureId, nameOf, regionId } from "../inventory/ids.ts";
import type { Failed, Inventory } from "../inventory/inventory.ts";
import { recordFailure } from "./failed.ts";
import { freshness, NOT_IN_CLUSTER } from "./freshness.ts";
import type { Overrides } from "./overrides.ts";
import { anywhere, type Reads } from "./reads.ts";

export interface FindDeps {
  readonly reads: Reads;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** Clusters can be described: tags and capacity providers help to find the right one. */
  readonly describable: boolean;
}

/** What is known of the instance whose cluster is sought. */
export interface Sought {
  readonly id: string;
  readonly instance: Ec2Instance | undefined;
  readonly group: AutoScalingGroup | undefined;
}

/** Older than this when it was asked, an instance that was in no cluster will join none. */
const SETTLED_IN: Ms = 10 * 60_000;
/** With no more clusters than this, asking each for the instance is as cheap as describing them first. */
const FEW = 3;

/**
 * Fills the `container` facet: the instance's place in its cluster, or null where it is in none. Nothing names the
 * cluster of an instance reliably (EVENTS.md, trap 13), so that clusters are asked for it, the likeliest first:
 * where it was, what the user says, its tag, where its group's other instances are, its group's capacity provider, a
 * likeness of names, and at last all of them. "In none" takes an answer from each.
 */
export async function findContainer(deps: FindDeps, place: Place, sought: Sought, ask: Ask): Promise<void> {
  const { inventory, clock } = deps;
  if (isKnown(inventory, sought, clock.now())) return;
  const started = clock.now();
  const asked = new Set<string>();
  const failures: Failed[] = [];

  const isIn = async (cluster: string): Promise<boolean> => {
    asked.add(nameOf(cluster));
    const answer = await deps.reads.containerIn({ place, cluster }, sought.id, ask);
    if (answer === undefined) return false;
    if (!("why" in answer)) return true;
    // A cluster that does not exist holds nothing; everything else is a question without an answer.
    if (answer.kind !== "not-found") failures.push(answer);
    return false;
  };

  for (const cluster of likely(deps, sought)) if (!asked.has(nameOf(cluster)) && (await isIn(cluster))) return;

  const at = anywhere(place);
  const all = await deps.reads.clusters(at, "all", ask, freshness.clusters.act);
  if (all === undefined) {
    const why = inventory.get("failure", failureId("clusters", regionId(place)))?.value;
    recordFailure(
      inventory,
      "container",
      sought.id,
      why ?? { kind: "unavailable", why: "clusters not listed" },
      clock.now(),
    );
    return;
  }
  const rest = all.filter((arn) => !asked.has(nameOf(arn)));
  for (const wave of await waves(deps, place, sought, rest, ask)) {
    const found = await Promise.all(wave.map(isIn));
    if (found.includes(true)) return;
  }
  const [failure] = failures;
  if (failure !== undefined) recordFailure(inventory, "container", sought.id, failure, clock.now());
  else inventory.put("container", sought.id, null, started);
}

function isKnown(inventory: Inventory, { id, instance }: Sought, now: Ms): boolean {
  const known = inventory.get("container", id);
  if (known === undefined) return false;
  const wasOld = instance !== undefined && known.observedAt - instance.launchTime > SETTLED_IN;
  const age = known.value !== null || wasOld ? freshness.container.act : NOT_IN_CLUSTER;
  return now - known.observedAt <= age;
}

/** Clusters that something points to, by name or ARN, the surest first. */
function likely(
  { inventory, overrides }: Omit<FindDeps, "reads" | "clock" | "describable">,
  sought: Sought,
): readonly string[] {
  const { id, instance, group } = sought;
  const byTag = overrides.groupTag === null ? undefined : group?.tags[overrides.groupTag];
  const byName = overrides.names.find(({ pattern }) => wildcard(pattern).test(instance?.name ?? ""));
  const sibling = group?.instances.find((one) => one.id !== id && inventory.get("container", one.id)?.value);
  const clusters = [
    inventory.get("container", id)?.value?.clusterArn,
    byTag,
    byName?.cluster,
    instance?.tags["aws:ecs:clusterName"],
    sibling === undefined ? undefined : inventory.get("container", sibling.id)?.value?.clusterArn,
  ];
  return [...new Set(clusters.filter((one): one is string => typeof one === "string" && one !== ""))];
}

/** The rest of the clusters in the order in which to ask them: those of a wave are asked side by side. */
async function waves(
  deps: FindDeps,
  place: Place,
  sought: Sought,
  rest: readonly string[],
  ask: Ask,
): Promise<readonly (readonly string[])[]> {
  const said = deps.describable && rest.length > FEW ? await bound(deps, place, sought, rest, ask) : [];
  const open = rest.filter((arn) => !said.includes(arn));
  const words = `${sought.group?.name ?? ""} ${sought.instance?.name ?? ""}`;
  const alike = open.filter((arn) => holdsWord(words, nameOf(arn)));
  return [said, alike, open.filter((arn) => !alike.includes(arn))].filter((wave) => wave.length > 0);
}

/** Whether a name stands in a text by itself: `web` in `prod-web-nodes`, and `web-1` not in `web-10-nodes`. */
function holdsWord(text: string, name: string): boolean {
  const [where, what] = [text.toLowerCase(), name.toLowerCase()];
  const isWord = (letter: string | undefined): boolean => letter !== undefined && /[a-z0-9]/.test(letter);
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + 1)) {
    if (!isWord(where[at - 1]) && !isWord(where[at + what.length])) return true;
  }
  return false;
}

/** Clusters bound to the group: by a capacity provider, or by the cluster's tag that the user set. */
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
