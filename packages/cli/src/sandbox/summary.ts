import { type Incident, outcomeWords } from "@spotkeeper/controller";
import type { World } from "@spotkeeper/simulator";
import type { CallTally } from "../simulate/call-tally.ts";
import { isDrained, isDue, marginSeconds, outcomesOf } from "../simulate/outcome.ts";
import { quantile } from "../simulate/quantile.ts";

/** The results so far. What the worker reports is checked against what the simulator saw. */
export interface Summary {
  readonly incidents: number;
  readonly open: number;
  readonly closed: number;
  /** Incidents by outcome; `open` and `watched` (only recommended) have not ended. */
  readonly outcomes: { readonly [outcome: string]: number };
  /** Incidents with a deadline that has passed, or that were drained before it. */
  readonly due: number;
  readonly drainedInTime: number;
  /** Tasks that were killed by a reclaim without a stop before it. */
  readonly tasksLost: number;
  readonly marginSeconds: { readonly p50: number | null; readonly min: number | null };
  /** Effects that happened more than once. */
  readonly duplicateEffects: number;
  readonly awsCalls: number;
  readonly throttled: number;
}

export function summaryOf(
  incidents: readonly Incident[],
  calls: Pick<CallTally, "total" | "throttled">,
  { oracle }: Pick<World, "oracle">,
  now: number,
): Summary {
  const due = incidents.filter((one) => isDue(one) && (one.drainedAt !== null || (one.deadline ?? Infinity) < now));
  const margins = due.map(marginSeconds).filter((one) => one !== null);
  const warned = oracle.facts().filter(({ warnedAt }) => warnedAt !== null);
  const closed = incidents.filter(({ closedAt }) => closedAt !== null).length;
  return {
    incidents: incidents.length,
    open: incidents.length - closed,
    closed,
    outcomes: outcomesOf(incidents),
    due: due.length,
    drainedInTime: due.filter(isDrained).length,
    tasksLost: warned.reduce((sum, { tasksKilled }) => sum + tasksKilled.length, 0),
    marginSeconds: { p50: quantile(margins, 0.5), min: quantile(margins, 0) },
    duplicateEffects: oracle.duplicates().reduce((sum, { count }) => sum + count - 1, 0),
    awsCalls: calls.total(),
    throttled: calls.throttled(),
  };
}

/** Formats all incidents by outcome: `35 drained, 1 ended without a warning, 2 open`. */
export const outcomesText = ({ outcomes }: Pick<Summary, "outcomes">): string =>
  Object.entries(outcomes)
    .map(([outcome, count]) => `${count} ${outcomeWords(outcome)}`)
    .join(", ");

/** Renders the summary at the end of a run. */
export function renderSummary(summary: Summary): string {
  const { marginSeconds: margin } = summary;
  const seconds = (value: number | null): string => (value === null ? "-" : `${Math.floor(value)} s`);
  const rows: readonly (readonly [string, string])[] = [
    ["incidents", `${summary.incidents}${summary.incidents === 0 ? "" : `: ${outcomesText(summary)}`}`],
    ["missed notices", String(summary.outcomes["missed-notice"] ?? 0)],
    ["drained before the deadline", `${summary.drainedInTime} of ${summary.due}`],
    ["time to spare", `p50 ${seconds(margin.p50)}, least ${seconds(margin.min)}`],
    ["tasks killed by a reclaim", String(summary.tasksLost)],
    ["duplicate effects", String(summary.duplicateEffects)],
    ["AWS calls", `${summary.awsCalls}, ${summary.throttled} throttled`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")}\n`;
}
