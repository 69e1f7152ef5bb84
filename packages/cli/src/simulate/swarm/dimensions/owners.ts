import type { Dice, Dimensions } from "./dice.ts";
import type { GroupItem } from "./groups.ts";

/**
 * The owners that a group can show by tags or an operator. What follows from each is decided by the policy:
 * docs/drain.md, "What is handed off" and "Dry run, opt-out, opt-in".
 */
export const OWNERS = ["Karpenter", "Kubernetes", "Batch", "EMR", "an operator", "opted out", "opted in"] as const;

export interface OwnerItem {
  readonly group: string;
  readonly owner: (typeof OWNERS)[number];
}

export const ownersOf = ({ random, may }: Dice, groups: readonly GroupItem[]): OwnerItem[] =>
  groups.flatMap(({ name }) => (may("owners") ? [{ group: name, owner: random.pick(OWNERS) }] : []));

export const OWNER_DIMENSIONS: Dimensions<readonly OwnerItem[]> = Object.fromEntries(
  OWNERS.map((owner) => [
    `owner: ${owner}`,
    (owners: readonly OwnerItem[]) => owners.some((one) => one.owner === owner),
  ]),
);
