import type { TargetHealth } from "../aws/calls/elb.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** Cached by list, since lists are immutable. */
const indexes = new WeakMap<readonly TargetHealth[], ReadonlyMap<string, readonly TargetHealth[]>>();

/** Returns a target group's targets by id; one id can be registered with several ports. */
export function byTargetId(health: readonly TargetHealth[]): ReadonlyMap<string, readonly TargetHealth[]> {
  const had = indexes.get(health);
  if (had !== undefined) return had;
  const made = Map.groupBy(health, (target) => target.id);
  indexes.set(health, made);
  return made;
}

/** Index of target groups by target id, as of a revision of the facet `health`. */
interface GroupIndex {
  revision: number | null;
  readonly lists: Map<string, readonly TargetHealth[]>;
  /** ARNs of target groups by target id. */
  readonly groups: Map<string, Set<string>>;
}
const groupIndexes = new WeakMap<Inventory, GroupIndex>();
const NONE: ReadonlySet<string> = new Set();

/**
 * Returns the ARNs of target groups whose last health list contains the target. Uses an index that is updated by
 * changes only, since every incident calls this and an account has hundreds of target groups.
 */
export function targetGroupsWith(inventory: Inventory, targetId: string): ReadonlySet<string> {
  const known: GroupIndex = groupIndexes.get(inventory) ?? { revision: null, lists: new Map(), groups: new Map() };
  groupIndexes.set(inventory, known);
  const revision = inventory.revision("health");
  if (known.revision !== revision) {
    const changed = known.revision === null ? null : inventory.changedSince("health", known.revision);
    const all = (): string[] => [...Array.from(inventory.entries("health"), ([arn]) => arn), ...known.lists.keys()];
    for (const arn of changed ?? all()) follow(known, arn, inventory.get("health", arn)?.value);
    known.revision = revision;
  }
  return known.groups.get(targetId) ?? NONE;
}

function follow({ lists, groups }: GroupIndex, arn: string, list: readonly TargetHealth[] | undefined): void {
  const had = lists.get(arn);
  if (had === list) return;
  for (const id of had === undefined ? [] : byTargetId(had).keys()) {
    const one = groups.get(id);
    one?.delete(arn);
    if (one?.size === 0) groups.delete(id);
  }
  if (list === undefined) lists.delete(arn);
  else {
    lists.set(arn, list);
    for (const id of byTargetId(list).keys()) groups.set(id, (groups.get(id) ?? new Set<string>()).add(arn));
  }
}
