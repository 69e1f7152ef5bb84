import type { AutoScalingGroup } from "../../aws/aws.ts";
import type { Group, Plain, Replacement } from "../../record/doc.ts";
import { isUnderway } from "./record.ts";

/** What a fresh look at the group said; the receipt of its `group-gates` step. */
export interface GroupView {
  readonly desired: number;
  readonly max: number;
  readonly serving: number;
  readonly capacityRebalance: boolean;
  readonly suspended: readonly string[];
  readonly refreshing: boolean;
  readonly shifted: boolean;
  readonly maxHealthyPercent: number | null;
  /** Who was looked for. One who has asked since is not among them, and has the next look. */
  readonly looked: readonly string[];
  readonly instances: { readonly [id: string]: { readonly state: string; readonly protected: boolean } };
}

export function viewOf(
  group: AutoScalingGroup,
  serving: number,
  { refreshing, shifted }: Pick<GroupView, "refreshing" | "shifted">,
  ids: readonly string[],
): GroupView {
  return {
    desired: group.desired,
    max: group.max,
    serving,
    capacityRebalance: group.capacityRebalance,
    suspended: group.suspendedProcesses,
    refreshing,
    shifted,
    maxHealthyPercent: group.maintenancePolicy?.maxHealthyPercent ?? null,
    looked: ids,
    instances: Object.fromEntries(
      group.instances
        .filter((one) => ids.includes(one.id))
        .map((one) => [one.id, { state: one.state, protected: one.protected }]),
    ),
  };
}

/** Why a replacement may not begin (DESIGN.md, Hands off); null: it may. The gates are looked at in this order. */
function refusal(asked: Replacement, by: "detach" | "raise", view: GroupView): string | null {
  const instance = view.instances[asked.instanceId];
  if (instance === undefined) return "it is not in its group any more";
  if (instance.state.startsWith("Terminating") || instance.state.startsWith("Detach"))
    return `it is ${instance.state} already`;
  if (instance.state !== "InService") return `it is ${instance.state}`;
  if (asked.recommended && view.capacityRebalance) return "Capacity Rebalancing of the group replaces it";
  if (view.refreshing) return "an instance refresh of the group is under way";
  if (view.shifted) return "a zonal shift takes traffic away from a zone of the group";
  if (view.suspended.includes("Launch")) return "the group's Launch process is suspended";
  if (by === "raise" && view.suspended.includes("Terminate")) return "the group's Terminate process is suspended";
  if (by === "raise" && instance.protected) return "it is protected from scale-in";
  if (view.serving - 1 >= view.desired) return "the group has spare capacity that serves";
  return null;
}

export interface Admission {
  readonly admitted: readonly string[];
  readonly refused: { readonly [incident: string]: string };
  /** Incidents that wait for the cap, with their reason. */
  readonly waiting: readonly string[];
}

/** Pure: who of those that ask may be replaced now, oldest first, under the cap and the group's own bounds. */
export function admit(group: Group, by: "detach" | "raise", view: GroupView): Admission {
  const asked = Object.entries(group.replacing)
    .filter(([, one]) => one.state === "asked" && one.by === by && view.looked.includes(one.instanceId))
    .toSorted(([, a], [, b]) => a.askedAt - b.askedAt);
  const underway = Object.values(group.replacing).filter(isUnderway).length;
  const cap = Math.max(1, Math.floor(group.cap * Math.max(view.desired, 1))) - underway;
  const headroom = by === "raise" ? Math.min(cap, view.max - view.desired, room(view)) : cap;
  const refused: Record<string, string> = {};
  const admitted: string[] = [];
  const waiting: string[] = [];
  for (const [incident, one] of asked) {
    const why = refusal(one, by, view);
    if (why !== null) refused[incident] = why;
    else if (by === "raise" && view.max <= view.desired)
      refused[incident] = `the group is at its maximum of ${view.max}`;
    else if (by === "raise" && room(view) <= 0)
      refused[incident] = `the group's instance maintenance policy leaves no room above ${view.desired}`;
    else if (admitted.length < Math.min(headroom, MOST_AT_ONCE)) admitted.push(incident);
    else waiting.push(incident);
  }
  return { admitted, refused, waiting };
}

/** DetachInstances takes twenty ids: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html */
const MOST_AT_ONCE = 20;

/** An instance maintenance policy bounds how far above desired a group may go. */
function room(view: GroupView): number {
  if (view.maxHealthyPercent === null || view.maxHealthyPercent < 0) return Number.POSITIVE_INFINITY;
  return Math.floor((view.desired * view.maxHealthyPercent) / 100) - view.desired;
}

/** Reads a view back from the receipt it was stored in; null if it is none. */
export function viewFrom(receipt: Plain): GroupView | null {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  return "desired" in receipt && "instances" in receipt ? (receipt as unknown as GroupView) : null;
}
