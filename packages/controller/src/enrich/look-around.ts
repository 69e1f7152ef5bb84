import type { Ask, Place } from "../aws/ask.ts";
import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import { failureId, regionId } from "../inventory/ids.ts";
import type { Facet, Inventory } from "../inventory/inventory.ts";
import { createBudget } from "./budget.ts";
import { within } from "./failed.ts";
import { freshness } from "./freshness.ts";
import { anywhere, createReads } from "./reads.ts";
import { isListed, unlooked, worthALook } from "./unlooked.ts";

export interface LookAroundOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
}

/** What a look around has come to. */
export interface Around {
  /** Names of target groups that may hold the instance and were not looked at; null: they could not be listed. */
  readonly left: readonly string[] | null;
  /** What could not be asked, in a few words; null: nothing. */
  readonly why: string | null;
}

/**
 * Looks for an instance where nothing points: in the Classic load balancers and target groups of its region that no group
 * and no service leads to. Fills the inventory; never rejects for what AWS does.
 *
 * @param id of the instance
 * @param deadline epoch milliseconds; it resolves by then
 */
export type LookAround = (id: string, place: Place, deadline: Ms) => Promise<Around>;

/** Calls for one instance, the lists of what there is among them. */
const MOST = 20;
/** A page of target groups or load balancers, unless asked for fewer. */
const PAGE = 400;
/** A list that another look has read just now will do. */
const JUST_NOW: Ms = 5_000;

/**
 * Calls of one minute, for so many interruptions: each list that is read serves all of them, and what they wait for comes
 * through the same lane, which AWS refills with 600.
 */
const allowance = (interruptions: number): number => Math.min(60, MOST + 2 * (interruptions - 1));

/** One per process. All its calls are polls. */
export function createLookAround({ aws, inventory, clock }: LookAroundOptions): LookAround {
  const budget = createBudget(clock, allowance);
  const reads = createReads({ aws, inventory, clock, budget });

  /** Lists that are being read, by whichever look: the looks of a storm share them, and read different ones. */
  const underWay = new Map<string, Promise<unknown>>();

  const read = (arn: string, ask: () => Promise<unknown>): void => {
    underWay.set(
      arn,
      ask().finally(() => underWay.delete(arn)),
    );
  };

  const whyNot = (facet: Facet, place: Place): string | null =>
    inventory.get("failure", failureId(facet, regionId(place)))?.value.why ?? null;

  return async (id, place, deadline) => {
    const at = anywhere(place);
    const ask: Ask = { purpose: "poll", deadline };
    budget.interrupted(id);
    const age = freshness.classicLoadBalancers[isListed(inventory, place, id) ? "act" : "tell"];
    const [groups, classic] = await Promise.all([
      reads.targetGroups(at, "all", ask, freshness.targetGroups.tell),
      reads.classicLoadBalancers(at, "all", ask, age),
    ]);
    let left = MOST - pagesOf(groups) - pagesOf(classic);
    for (const { arn } of worthALook(inventory, place, id, clock.now())) {
      if (underWay.has(arn)) continue;
      if (left-- <= 0 || !budget.takeExtra()) break;
      read(arn, () => reads.health(at, arn, ask, JUST_NOW));
    }
    // Also what others have asked for: it serves this one as well.
    await within(clock, deadline, Promise.all(underWay.values()));
    return {
      left: groups === undefined ? null : unlooked(inventory, place, id, clock.now()).map(({ name }) => name),
      why:
        groups === undefined
          ? whyNot("targetGroups", place)
          : classic === undefined
            ? whyNot("classicLoadBalancers", place)
            : null,
    };
  };
}

const pagesOf = (list: readonly unknown[] | undefined): number => Math.max(1, Math.ceil((list?.length ?? 0) / PAGE));
