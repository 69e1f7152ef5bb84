import { type Incident, noticeOf } from "@spotkeeper/controller";
import type { InstanceFacts } from "@spotkeeper/simulator";
import type { Lab } from "./lab.ts";
import { isWatched } from "./run-to-end.ts";
import { quantile, rounded } from "./quantile.ts";

/** What `simulate --output json` prints. Null: there was nothing of the kind. */
export interface Outcome {
  readonly incidents: number;
  /** From the receipt of what it answers to the first write that AWS accepted. */
  readonly firstActionSeconds: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  /** What the throttling allows at best, p99. */
  readonly firstActionFloorSeconds: number;
  /** Of our incidents with a deadline that came: the share that was drained by then, or had nothing to drain, 0..1. */
  readonly drainedBeforeDeadline: number | null;
  /** Left on the clock when it was drained. */
  readonly marginSeconds: { readonly p50: number | null; readonly min: number | null };
  /** By `service:Operation`, those that failed too. */
  readonly awsCalls: { readonly [operation: string]: number };
  /** To enrich. */
  readonly readCalls: number;
  readonly pollCalls: number;
  readonly sweepCalls: number;
  readonly writeCalls: number;
  readonly throttled: number;
  readonly alerts: number;
  readonly messagesSent: number;
  /** Effects that took place more than once, as the simulator saw it. */
  readonly duplicateEffects: number;
  /** Instances whose warning came to nothing: no incident, or work still on them that nobody had told to stop. */
  readonly lost: number;
  /** Tasks that were killed by a reclaim without having been told to stop. */
  readonly tasksKilled: number;
  /** How incidents ended, by how; `watched`: only recommended, and told. */
  readonly outcomes: { readonly [outcome: string]: number };
  /** What went wrong inside the worker, and was tried again: a bug, however well it ended. */
  readonly failures: number;
  /** What the simulation took, on the wall clock. */
  readonly wallSeconds: number;
}

/** Everything that a simulation showed; what the worker says of itself is checked against what the simulator saw. */
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

/** How incidents ended, by how. Of those that have not, the ones that were only recommended are `watched`. */
export const outcomesOf = (incidents: readonly Incident[]): Outcome["outcomes"] =>
  countBy(incidents, (one) => one.outcome ?? (isWatched(one) ? "watched" : "open"));

const isLost = ({ tasksKilled, targetsLost }: InstanceFacts): boolean => tasksKilled.length + targetsLost.length > 0;

/** Of capacity that is ours to handle and has something on it, whose deadline came or is to come. */
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

/** Negative when it was late; null when it never was. */
export function marginSeconds({ deadline, drainedAt }: Pick<Incident, "deadline" | "drainedAt">): number | null {
  return deadline === null || drainedAt === null ? null : (deadline - drainedAt) / 1_000;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): { readonly [key: string]: number } {
  const groups = [...Map.groupBy(items, keyOf)].map(([key, all]) => [key, all.length] as const);
  return Object.fromEntries(groups.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
