import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Group, Replacement } from "../../model/group.ts";
import type { Plain } from "../../model/plain.ts";
import { membershipOf } from "./member.ts";
import { isUnderway } from "./document.ts";

/** The current state of the group from AWS; the receipt of its `group-gates` step. */
export interface GroupView {
  readonly desired: number;
  readonly max: number;
  readonly serving: number;
  readonly capacityRebalance: boolean;
  readonly suspended: readonly string[];
  readonly refreshing: boolean;
  readonly shifted: boolean;
  readonly maxHealthyPercent: number | null;
  /** The AWS service that alone may change the group (its operator); null means none. */
  readonly operator: string | null;
  /** Whether the group has load balancers. */
  readonly balanced: boolean;
  /**
   * Of the requested instances, those that are the last healthy ones of a load balancer of the group, with its name.
   */
  readonly last: { readonly [id: string]: string };
  /** Ids of the requested instances. Later requests wait for the next read. */
  readonly looked: readonly string[];
  /** `units`: the instance's weight in the units of `desired`; null means unknown; absent: one. */
  readonly instances: {
    readonly [id: string]: { readonly state: string; readonly protected: boolean; readonly units?: number | null };
  };
}

/** Returns the weight of an instance in the group's capacity. */
export const unitsIn = (view: GroupView, one: Replacement | undefined): number =>
  view.instances[one?.instanceId ?? ""]?.units ?? 1;

export function viewOf(
  group: AutoScalingGroup,
  serving: number,
  seen: Pick<GroupView, "refreshing" | "shifted" | "balanced" | "last">,
  ids: readonly string[],
): GroupView {
  return {
    desired: group.desired,
    max: group.max,
    serving,
    capacityRebalance: group.capacityRebalance,
    suspended: group.suspendedProcesses,
    operator: group.operator,
    ...seen,
    maxHealthyPercent: group.maintenancePolicy?.maxHealthyPercent ?? null,
    looked: ids,
    instances: Object.fromEntries(
      group.instances
        .filter((one) => ids.includes(one.id))
        .map((one) => [one.id, { state: one.state, protected: one.protected, units: one.units }]),
    ),
  };
}

/** Returns why a replacement may not begin; null if it may. Checks the gates in this order. */
function refusal(asked: Replacement, by: "detach" | "raise", view: GroupView): string | null {
  const instance = view.instances[asked.instanceId];
  if (instance === undefined) return "it is not in its group any more";
  switch (membershipOf(instance.state)) {
    case "in-service":
      break;
    case "terminating":
    case "retained":
    case "detaching":
      return `it is ${instance.state} already`;
    case "coming":
    case "renewing":
    case "aside":
    case "warm":
      return `it is ${instance.state}`;
  }
  if (view.operator !== null) return `only ${view.operator}, its operator, may change the group`;
  if (asked.recommended && view.capacityRebalance) return "Capacity Rebalancing of the group replaces it";
  if (view.refreshing) return "an instance refresh of the group is under way";
  if (view.shifted) return "a zonal shift takes traffic away from a zone of the group";
  if (view.suspended.includes("Launch")) return "the group's Launch process is suspended";
  if (by === "detach" && view.balanced && view.suspended.includes("AddToLoadBalancer"))
    return "the group's AddToLoadBalancer process is suspended: a replacement would take no requests";
  if (by === "raise" && view.suspended.includes("Terminate")) return "the group's Terminate process is suspended";
  if (by === "raise" && instance.protected) return "it is protected from scale-in";
  if (instance.units === null) return "AWS does not say how much of its group's capacity it is";
  const units = unitsIn(view, asked);
  if (view.serving - units >= view.desired) return "the group has spare capacity that serves";
  if (by === "raise" && view.max < view.desired + units) return `the group is at its maximum of ${view.max}`;
  if (by === "raise" && room(view) < units)
    return `the group's instance maintenance policy leaves no room above ${view.desired}`;
  return null;
}

export interface Admission {
  readonly admitted: readonly string[];
  readonly refused: { readonly [incident: string]: string };
  /** Incidents that wait: for the cap (null), or until another target is healthy (with the reason). */
  readonly waiting: { readonly [incident: string]: string | null };
  /** Incidents whose instance is the last healthy target, so that the group is raised instead of detaching it. */
  readonly raised: readonly string[];
}

/** Decides which requested replacements may begin now: oldest first, within the cap and the group's limits. Pure. */
export function admit(group: Group, by: "detach" | "raise", view: GroupView): Admission {
  const asked = Object.entries(group.replacing)
    .filter(([, one]) => one.state === "asked" && one.by === by && view.looked.includes(one.instanceId))
    .toSorted(([, a], [, b]) => a.askedAt - b.askedAt);
  const underway = Object.values(group.replacing).filter(isUnderway);
  const used = underway.reduce((total, one) => total + one.units, 0);
  const cap = Math.max(1, Math.floor(group.cap * view.desired));
  const headroom = by === "raise" ? Math.min(view.max - view.desired, room(view)) : Number.POSITIVE_INFINITY;
  const refused: Record<string, string> = {};
  const admitted: string[] = [];
  const waiting: Record<string, string | null> = {};
  const raised: string[] = [];
  let units = 0;
  for (const [incident, one] of asked) {
    const why = refusal(one, by, view);
    const last = by === "detach" ? view.last[one.instanceId] : undefined;
    const more = units + unitsIn(view, one);
    // One instance may always be replaced, even if it is larger than the cap.
    const fits = used + more <= cap || (underway.length === 0 && admitted.length === 0);
    if (why !== null) refused[incident] = why;
    else if (last !== undefined) {
      // A replacement must serve before this instance is deregistered: raise the group, if there is room.
      const noRoom = refusal(one, "raise", view);
      if (noRoom === null) raised.push(incident);
      else waiting[incident] = `it is the last healthy target of ${last}, and ${noRoom}`;
    } else if (fits && more <= headroom && admitted.length < MOST_AT_ONCE) {
      admitted.push(incident);
      units = more;
    } else waiting[incident] = null;
  }
  return { admitted, refused, waiting, raised };
}

/** DetachInstances takes twenty ids: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html */
const MOST_AT_ONCE = 20;

/** Returns how far above desired capacity the group's instance maintenance policy allows it to go. */
function room(view: GroupView): number {
  if (view.maxHealthyPercent === null || view.maxHealthyPercent < 0) return Number.POSITIVE_INFINITY;
  return Math.floor((view.desired * view.maxHealthyPercent) / 100) - view.desired;
}

/** Reads a view from a receipt; returns null if it is none. */
export function viewFrom(receipt: Plain): GroupView | null {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  if (!("desired" in receipt && "instances" in receipt)) return null;
  // A receipt of an earlier version lacks these fields.
  const lacking: Pick<GroupView, "operator" | "balanced" | "last"> = { operator: null, balanced: false, last: {} };
  return { ...lacking, ...(receipt as unknown as Partial<GroupView>) } as GroupView;
}
