import { type Incident, noticeOf } from "@spotkeeper/controller";
import type { InstanceFacts } from "@spotkeeper/simulator";
import type { Lab } from "./lab.ts";
import { isWatched } from "./run-to-end.ts";
import { quantile, rounded } from "./quantile.ts";

/** The output of `simulate --output json`. Null means there were no values. */
export interface Outcome {
  readonly incidents: number;
  /** Seconds from the receipt of the notice to the first write that AWS accepted. */
  readonly firstActionSeconds: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  /** The best p99 that AWS's throttling allows. */
  readonly firstActionFloorSeconds: number;
  /** The share (0..1) of our incidents with a passed deadline that were drained in time or had nothing to drain. */
  readonly drainedBeforeDeadline: number | null;
  /** Seconds from drained to deadline. */
  readonly marginSeconds: { readonly p50: number | null; readonly min: number | null };
  /** Calls by `service:Operation`, including failed ones. */
  readonly awsCalls: { readonly [operation: string]: number };
  /** Reads for enrichment. */
  readonly readCalls: number;
  readonly pollCalls: number;
  readonly sweepCalls: number;
  readonly writeCalls: number;
  readonly throttled: number;
  readonly alerts: number;
  readonly messagesSent: number;
  /** Effects that happened more than once, as the simulator saw it. */
  readonly duplicateEffects: number;
  /** Instances whose warning was missed: no incident, or work left on them that was not told to stop. */
  readonly lost: number;
  /** Tasks that were killed by a reclaim without a stop before it. */
  readonly tasksKilled: number;
  /** Incidents by outcome; `watched`: only recommended, and people were told. */
  readonly outcomes: { readonly [outcome: string]: number };
  /** Errors inside the worker that it retried: each one is a bug, even if all ended well. */
  readonly failures: number;
  /** The real duration of the simulation. */
  readonly wallSeconds: number;
}

/** Makes the outcome. What the worker reports is checked against what the simulator saw. */
export function outcomeOf(lab: Lab, floorSeconds: number, wallSeconds: number): Outcome {
  const incidents = [...lab.incidents.values()];
  const actions = incidents.map(firstActionSeconds).filter((one) => one !== null);
  const due = incidents.filter(isDue);
  const margins = due.map(marginSeconds).filter((one) => one !== null);
  const warned = lab.world.oracle.facts().filter(({ warnedAt }) => warnedAt !== null);
  const heard = new Set(incidents.map(({ subject }) => subject.id));
  const alerts = new Set(lab.sent.map(({ key, generation }) => `${key} ${generation}`));
  return {
    incidents: incidents.length,
    firstActionSeconds: {
      p50: rounded(quantile(actions, 0.5)),
      p99: rounded(quantile(actions, 0.99)),
      max: rounded(quantile(actions, 1)),
    },
    firstActionFloorSeconds: floorSeconds,
    drainedBeforeDeadline: due.length === 0 ? null : due.filter(isDrained).length / due.length,
    marginSeconds: { p50: rounded(quantile(margins, 0.5)), min: rounded(quantile(margins, 0)) },
    awsCalls: lab.calls.byOperation(),
    readCalls: lab.calls.by("enrich"),
    pollCalls: lab.calls.by("poll"),
    sweepCalls: lab.calls.by("sweep"),
    writeCalls: lab.calls.by("act"),
    throttled: lab.calls.throttled(),
    alerts: alerts.size,
    messagesSent: lab.sent.length,
    duplicateEffects: lab.world.oracle.duplicates().reduce((sum, { count }) => sum + count - 1, 0),
    lost: warned.filter((one) => !heard.has(one.instanceId) || isLost(one)).length,
    tasksKilled: warned.reduce((sum, { tasksKilled }) => sum + tasksKilled.length, 0),
    outcomes: outcomesOf(incidents),
    failures: lab.failures.length,
    wallSeconds,
  };
}

/** Counts incidents by outcome. Open ones that are only recommended count as `watched`. */
export const outcomesOf = (incidents: readonly Incident[]): Outcome["outcomes"] =>
  countBy(incidents, (one) => one.outcome ?? (isWatched(one) ? "watched" : "open"));

const isLost = ({ tasksKilled, targetsLost }: InstanceFacts): boolean => tasksKilled.length + targetsLost.length > 0;

/** Returns true for incidents that are ours to drain and have a deadline. */
export const isDue = ({ deadline, cancelledAt, mode, outcome }: Incident): boolean =>
  deadline !== null && cancelledAt === null && mode !== "observe" && outcome !== "nothing-drained";

export const isDrained = (incident: Incident): boolean =>
  (marginSeconds(incident) ?? (incident.outcome === "drained" ? 0 : -1)) >= 0;

function firstActionSeconds(incident: Incident): number | null {
  const { firstActionAt } = incident;
  if (firstActionAt === null) return null;
  const notice = noticeOf(incident, firstActionAt);
  return notice === null ? null : (firstActionAt - notice.receivedAt) / 1_000;
}

/** Returns the seconds from drained to deadline, negative if late; null if it was never drained. */
export function marginSeconds({ deadline, drainedAt }: Pick<Incident, "deadline" | "drainedAt">): number | null {
  return deadline === null || drainedAt === null ? null : (deadline - drainedAt) / 1_000;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): { readonly [key: string]: number } {
  const groups = [...Map.groupBy(items, keyOf)].map(([key, all]) => [key, all.length] as const);
  return Object.fromEntries(groups.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
