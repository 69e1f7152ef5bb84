import { createHash } from "node:crypto";
import type { Ms } from "../clock.ts";
import { classifyEnding, ENDING_STATES, hookGivenUpAt, isRetained, threatOf } from "../decide/threat.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Incident, Joined } from "../model/incident.ts";
import type { Key } from "../model/key.ts";
import type { Plain } from "../model/plain.ts";
import { isToldOut, LAST_LOOK } from "./outbox/outbox.ts";
import { DEFAULT_ROUTE, type GroupBy, type GroupValues, type Route } from "./route.ts";

/** How long it may take until EC2 says why an instance ended that nobody warned of. */
const LOOK_AGAIN: Ms = 10_000;

/** Why people are not told of an incident: a metric label (`alerts_suppressed_total{reason}`). */
export type Untold = "warm-pool" | "launch" | "nothing-ends" | "plain-end" | "unclassified" | "no-route";

export type Verdict =
  | { readonly tells: true }
  | {
      readonly tells: false;
      readonly code: Untold;
      readonly reason: string;
      /** Not the last word: look again after this long, since a warning may still come. Null: it is. */
      readonly again: Ms | null;
    };

/**
 * Whether people are told of an incident (docs/aws-facts.md, 6 and 11). Warm-pool returns, launches and plain ends tell
 * nobody, unless their hook could not be answered; an end that nobody warned of does once EC2 calls it an interruption.
 *
 * @param facts null where nothing is known yet
 */
export function tells(incident: Incident, facts: Facts | null = null): Verdict {
  // Somebody has to answer the hook in our place.
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
      return untold("warm-pool", "it goes back to the warm pool");
    case "launch":
      return untold("launch", "it has only been launched");
    case "none":
      return untold("nothing-ends", "nothing ends");
  }
}

/** Its group terminates it, or it is going: usually a scale-in, a refresh or a person; but its warning may be late. */
function ofEnding(incident: Incident, facts: Facts | null): Verdict {
  const ending = facts === null ? null : classifyEnding(facts);
  if (ending === "missed-notice") return { tells: true };
  if (ending === "plain-end" && (facts?.instance?.lifecycle ?? null) === null)
    return untold("plain-end", "it is a plain end of an On-Demand instance");
  // What is known of it may be older than its end.
  const stale = facts !== null && facts.instance !== null && !ENDING_STATES.has(facts.instance.state);
  const over = incident.goneAt !== null && !stale;
  if (ending === "plain-end")
    return untold("plain-end", "EC2 does not call its end an interruption", over ? null : LOOK_AGAIN);
  return untold(
    "unclassified",
    "no warning came, and EC2 does not say whether it is an interruption",
    over ? null : LOOK_AGAIN,
  );
}

const untold = (code: Untold, reason: string, again: Ms | null = null): Verdict => ({
  tells: false,
  code,
  reason,
  again,
});

/**
 * `alert#111122223333/eu-west-1/cluster:prod`; of a route with a name `alert#oncall/region:eu-west-1/cluster:prod`. Never
 * contains a time. That of a dry run ends in `/dry-run`.
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

/** Many services, or the ARN of a task, would make a key that some stores do not take. */
const LONGEST_PART = 100;
const short = (value: string): string =>
  value.length <= LONGEST_PART
    ? value
    : `${value.slice(0, LONGEST_PART)}~${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;

/** The tag that members of an alert's present generation carry. */
export const memberTag = (key: Key, generation: number): string => `${key}#${generation}`;

type JoinReceipt = Pick<Joined, "key" | "generation">;

/** What an incident's step remembers of the alerts that it joined. */
export const receiptOf = (alerts: readonly Doc<"alert">[]): Plain => ({
  alerts: alerts.map(({ key, body }) => ({ key, generation: body.generation })),
});

/** The alerts of such a receipt; before there were routes it named the only one. */
export function joinedBy(receipt: Plain): readonly JoinReceipt[] {
  const { alerts } = receipt as { readonly alerts?: readonly JoinReceipt[] };
  return alerts ?? [receipt as unknown as JoinReceipt];
}

/**
 * The alert that an incident joins. `isNew`: it has to be written together with the incident. Else the incident commits
 * only if the alert's version is unchanged, which settles the race with its last look:
 *
 *     incident   load v5 ───────────────────── commit, if still v5 ✓        (seen by the last look)
 *     alert        last outcome sent: v6 ─────────────── look ─ settle: v7
 *
 *     incident   load v5 ──────────────────────────── commit, if still v5 ✗ ─ load v6 ─ write v7, due at once
 *     alert        last outcome sent: v6 ─ look ────────────────────────────────── settle v7 ✗ ─ look again
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
  if (isToldOut(existing.body)) return { doc: { ...existing, wakeAt: now + LAST_LOOK }, isNew: true };
  return { doc: existing, isNew: false };
}

function opened(
  base: Omit<Doc<"alert">, "body">,
  group: GroupValues,
  { name, wait }: Route,
  generation: number,
  now: Ms,
): Doc<"alert"> {
  const flushAt = now + wait;
  const nothing = { sends: {}, size: 0, quiet: "no", withheld: [] } as const;
  const body = { route: name, group: { ...group }, generation, openedAt: now, flushAt, ...nothing };
  return { ...base, wakeAt: flushAt, body };
}
