import { createHash } from "node:crypto";
import type { Ms } from "../clock.ts";
import { classifyEnding, ENDING_STATES, hookGivenUpAt, isRetained, threatOf } from "../decide/threat.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Incident, Joined } from "../model/incident.ts";
import type { Key } from "../model/key.ts";
import type { Plain } from "../model/plain.ts";
import { isFullyDelivered, LAST_EVALUATION_DELAY } from "./outbox/outbox.ts";
import { DEFAULT_ROUTE, type GroupBy, type GroupValues, type Route } from "./route.ts";

/** Delay before EC2's state reason is read again for an instance that ended without a warning. */
const RECHECK_AFTER: Ms = 10_000;

/** Why an incident joins no alert: a metric label (`alerts_suppressed_total{reason}`). */
export type UnreportedReason = "warm-pool" | "launch" | "nothing-ends" | "plain-end" | "unclassified" | "no-route";

export type AlertDecision =
  | { readonly tells: true }
  | {
      readonly tells: false;
      readonly code: UnreportedReason;
      readonly reason: string;
      /** Check again after this time, because a warning may still arrive; null means final. */
      readonly again: Ms | null;
    };

/**
 * Decides whether an incident is reported by an alert (docs/aws-facts.md, 6 and 11). Warm-pool returns, launches and
 * plain ends are not, unless their hook could not be completed; an end without a warning is, once EC2's state reason is
 * an interruption.
 *
 * @param facts null if nothing is known yet
 */
export function tells(incident: Incident, facts: Facts | null = null): AlertDecision {
  // A person must complete the hook.
  if (hookGivenUpAt(incident) !== null) return { tells: true };
  switch (threatOf(incident)) {
    case "reclaim":
    case "task-stop":
    case "scheduled":
    case "recommendation":
      return { tells: true };
    case "termination":
    case "ending":
      return isRetained(incident) ? { tells: true } : ofEnding(incident, facts);
    case "warm-pool":
      return unreported("warm-pool", "it goes back to the warm pool");
    case "launch":
      return unreported("launch", "it has only been launched");
    case "none":
      return unreported("nothing-ends", "nothing ends");
  }
}

/**
 * Decides for an end without a warning: usually a scale-in, an instance refresh or a person; but the warning may be
 * late.
 */
function ofEnding(incident: Incident, facts: Facts | null): AlertDecision {
  const ending = facts === null ? null : classifyEnding(facts);
  if (ending === "missed-notice") return { tells: true };
  if (ending === "plain-end" && (facts?.instance?.lifecycle ?? null) === null)
    return unreported("plain-end", "it is a plain end of an On-Demand instance");
  // The known instance data may be from before its end.
  const stale = facts !== null && facts.instance !== null && !ENDING_STATES.has(facts.instance.state);
  const over = incident.goneAt !== null && !stale;
  if (ending === "plain-end")
    return unreported("plain-end", "EC2 does not call its end an interruption", over ? null : RECHECK_AFTER);
  return unreported(
    "unclassified",
    "no warning came, and EC2 does not say whether it is an interruption",
    over ? null : RECHECK_AFTER,
  );
}

const unreported = (code: UnreportedReason, reason: string, again: Ms | null = null): AlertDecision => ({
  tells: false,
  code,
  reason,
  again,
});

/**
 * Makes an alert's key: `alert#111122223333/eu-west-1/cluster:prod`; with a named route
 * `alert#oncall/region:eu-west-1/cluster:prod`. Never contains a time. The key of a dry run ends in `/dry-run`.
 */
export function alertKey(group: GroupValues, { name, groupBy }: Pick<Route, "name" | "groupBy"> = DEFAULT_ROUTE): Key {
  const dry = group.dryRun === true ? "/dry-run" : "";
  if (name === null) return `alert#${group.account ?? "-"}/${group.region ?? "-"}/${clusterOf(group) ?? "-"}${dry}`;
  return `alert#${[name, ...groupBy.map((by) => partOf(by, group))].join("/")}${dry}`;
}

const partOf = (by: GroupBy, group: GroupValues): string =>
  (by === "cluster" ? clusterOf(group) : null) ?? `${by}:${short(group[by] ?? "-")}`;

const clusterOf = ({ cluster, group }: GroupValues): string | null =>
  cluster !== null ? `cluster:${nameOf(cluster)}` : group !== null ? `group:${group}` : null;

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Longest part of a key: a list of services, or a task's ARN, would be too long for some stores. */
const LONGEST_PART = 100;
const short = (value: string): string =>
  value.length <= LONGEST_PART
    ? value
    : `${value.slice(0, LONGEST_PART)}~${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;

/** The tag of the members of an alert's current generation. */
export const memberTag = (key: Key, generation: number): string => `${key}#${generation}`;

type JoinReceipt = Pick<Joined, "key" | "generation">;

/** Makes the receipt of the join step: the alerts that the incident joined. */
export const receiptOf = (alerts: readonly Doc<"alert">[]): Plain => ({
  alerts: alerts.map(({ key, body }) => ({ key, generation: body.generation })),
});

/** Reads the alerts from such a receipt; one of a version without routes contains a single alert. */
export function joinedBy(receipt: Plain): readonly JoinReceipt[] {
  const { alerts } = receipt as { readonly alerts?: readonly JoinReceipt[] };
  return alerts ?? [receipt as unknown as JoinReceipt];
}

/**
 * Returns the alert that an incident joins. `isNew`: it must be written together with the incident. Else the incident
 * commits only if the alert's version is unchanged, which settles the race with the alert's last evaluation:
 *
 *     incident   load v5 ───────────────────── commit, if still v5 ✓        (seen by the last evaluation)
 *     alert        last outcome sent: v6 ─────────────── evaluate ─ settle: v7
 *
 *     incident   load v5 ──────────────────────────── commit, if still v5 ✗ ─ load v6 ─ write v7, due at once
 *     alert        last outcome sent: v6 ─ evaluate ─────────────────────────────── settle v7 ✗ ─ evaluate again
 */
export function joinAlert(
  existing: Doc<"alert"> | null,
  group: GroupValues,
  now: Ms,
  route: Route = DEFAULT_ROUTE,
): { readonly doc: Doc<"alert">; readonly isNew: boolean } {
  if (existing === null) {
    const key = alertKey(group, route);
    const tags = ["alert", ...(group.cluster === null ? [] : [`cluster#${group.cluster}`])];
    const base = { kind: "alert", key, schema: 1, version: 0, wakeAt: null, tags } as const;
    return { doc: opened(base, group, route, 1, now), isNew: true };
  }
  if (existing.wakeAt === null)
    return { doc: opened(existing, group, route, existing.body.generation + 1, now), isNew: true };
  if (isFullyDelivered(existing.body))
    return { doc: { ...existing, wakeAt: now + LAST_EVALUATION_DELAY }, isNew: true };
  return { doc: existing, isNew: false };
}

/** Makes the id of an alert's records. Without a time it is that of earlier versions. */
export const recordIdOf = (name: string): string => createHash("sha256").update(name).digest("hex").slice(0, 32);

function opened(
  base: Omit<Doc<"alert">, "body">,
  group: GroupValues,
  { name, wait }: Route,
  generation: number,
  now: Ms,
): Doc<"alert"> {
  const flushAt = now + wait;
  const nothing = { sends: {}, size: 0, quiet: "no", withheld: [] } as const;
  // The time makes it differ from an alert of another ledger with the same key and generation.
  const recordId = recordIdOf(`${base.key}#${generation}@${now}`);
  const body = { route: name, group: { ...group }, generation, recordId, openedAt: now, flushAt, ...nothing };
  return { ...base, wakeAt: flushAt, body };
}
