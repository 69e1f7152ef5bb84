import type { Ask, Place } from "../../aws/ask.ts";
import type { Aws } from "../../aws/aws.ts";
import type { Clock, Ms } from "../../clock.ts";
import { failureId, regionId } from "../../inventory/ids.ts";
import type { Facet, Inventory } from "../../inventory/inventory.ts";
import { createBudget } from "./budget.ts";
import { within } from "../failed.ts";
import { freshness } from "./freshness.ts";
import { anywhere, createReads } from "./reads.ts";
import { isListed, unreadTargetGroups, targetGroupsToRead } from "../unread-target-groups.ts";

export interface LookAroundOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
}

/** The result of a look-around. */
export interface Around {
  /** Names of target groups that may contain the instance and were not read; null means they could not be listed. */
  readonly left: readonly string[] | null;
  /** Text about a read that failed; null means none failed. */
  readonly why: string | null;
}

/**
 * Searches for an instance in the Classic load balancers and target groups of its region that no group and no service
 * leads to. Reads into the inventory; never rejects for a failure of AWS.
 *
 * @param id instance id
 * @param deadline epoch milliseconds; it resolves by then
 */
export type LookAround = (id: string, place: Place, deadline: Ms) => Promise<Around>;

/** Maximum number of calls for one instance, including the lists of load balancers. */
const MOST = 20;
/** Default page size of target groups and load balancers. */
const PAGE = 400;
/** Maximum age of a list, so that concurrent look-arounds share it. */
const JUST_NOW: Ms = 5_000;

/**
 * Returns the number of calls per minute for a number of interruptions: each list serves all of them. Their other reads
 * use the same lane, which has about 600 calls per minute.
 */
const allowance = (interruptions: number): number => Math.min(60, MOST + 2 * (interruptions - 1));

/** Creates the look-around; one per process. All its calls count as polls. */
export function createLookAround({ aws, inventory, clock }: LookAroundOptions): LookAround {
  const budget = createBudget(clock, allowance);
  const reads = createReads({ aws, inventory, clock, budget });

  /** Lists that are being read by any look-around: those of a storm share them, and read different ones. */
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
    for (const { arn } of targetGroupsToRead(inventory, place, id, clock.now())) {
      if (underWay.has(arn)) continue;
      if (left-- <= 0 || !budget.takeExtra()) break;
      read(arn, () => reads.health(at, arn, ask, JUST_NOW));
    }
    // Also waits for the reads of other look-arounds.
    await within(clock, deadline, Promise.all(underWay.values()));
    return {
      left: groups === undefined ? null : unreadTargetGroups(inventory, place, id, clock.now()).map(({ name }) => name),
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
