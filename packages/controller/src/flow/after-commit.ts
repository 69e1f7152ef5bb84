import type { Clock, Ms } from "../clock.ts";
import { feedAttention } from "../inventory/feed.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Entry } from "../model/journal.ts";
import type { Wake } from "../wake.ts";
import type { AlertMembers } from "./alert-members.ts";
import type { FlowDeps } from "./deps.ts";
import type { Doomed } from "./doomed.ts";
import type { Observer } from "./observer.ts";

/** Delay of the evaluation after a join: a storm's incidents join within seconds and share it. */
const AFTER_JOIN: Ms = 1_000;

export interface AfterCommitDeps {
  readonly clock: Clock;
  readonly wake: Wake;
  readonly inventory: Inventory;
  readonly doomed: Doomed;
  readonly members: AlertMembers;
  readonly observer: Observer;
}

/** Creates the hook that passes on what was committed: to the inventory, the observers, and the alerts of an incident. */
export function createAfterCommit(deps: AfterCommitDeps): FlowDeps["onEntries"] {
  const { clock, wake, inventory, doomed, members, observer } = deps;
  return async (doc, entries) => {
    doomed.saw(doc);
    if (doc.kind === "group") feedAttention(inventory, doc, entries);
    observer.onEntries?.(doc, entries);
    for (const reason of withheld(entries)) observer.onSuppressed?.(reason);
    // A new member may change the impact, so the alert is evaluated soon.
    if (doc.kind === "incident" && entries.some(hasJoined))
      for (const { key } of doc.body.alerts) await wake.at(key, clock.now() + AFTER_JOIN);
    // Its alerts send the outcome now, not only at their next evaluation.
    for (const alert of members.closedLast(doc)) await wake.at(alert, clock.now());
  };
}

const hasJoined = ({ data }: Entry): boolean => data["responder"] === "join-alert" && data["state"] === "done";

/** Returns the reasons of skipped join-alert steps. */
function withheld(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ data: { receipt } }) => {
    const isReason =
      receipt !== null && typeof receipt === "object" && !Array.isArray(receipt) && "withheld" in receipt;
    return isReason && typeof receipt.withheld === "string" ? [receipt.withheld] : [];
  });
}
