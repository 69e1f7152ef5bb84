import type { Outcome } from "./outcome.ts";

/** Renders the outcome for people: results first, then costs. */
export function renderOutcome(outcome: Outcome): string {
  const { firstActionSeconds: first, marginSeconds: margin } = outcome;
  const ends = Object.entries(outcome.outcomes).map(([name, count]) => `${count} ${name}`);
  const rows: readonly (readonly [string, string])[] = [
    ["incidents", `${outcome.incidents} (${ends.join(", ") || "none"})`],
    ["first action", `p50 ${seconds(first.p50)}, p99 ${seconds(first.p99)}, max ${seconds(first.max)}`],
    ["  AWS's throttling allows", `p99 ${seconds(outcome.firstActionFloorSeconds)}`],
    ["drained before the deadline", share(outcome.drainedBeforeDeadline)],
    ["  time to spare", `p50 ${seconds(margin.p50)}, least ${seconds(margin.min)}`],
    ["lost", `${outcome.lost} instances, ${outcome.tasksKilled} tasks killed by a reclaim that was told`],
    ["duplicate effects", String(outcome.duplicateEffects)],
    ["failures in the worker", String(outcome.failures)],
    ["alerts", `${outcome.alerts}, in ${outcome.messagesSent} messages`],
    ["AWS calls", callsOf(outcome)],
    ["  throttled", String(outcome.throttled)],
    ...Object.entries(outcome.awsCalls).map(([operation, count]) => [`  ${operation}`, String(count)] as const),
    ["simulated in", seconds(outcome.wallSeconds)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")}\n`;
}

function callsOf({ readCalls, pollCalls, sweepCalls, writeCalls }: Outcome): string {
  const all = readCalls + pollCalls + sweepCalls + writeCalls;
  return `${all}: ${readCalls} to understand, ${writeCalls} to act, ${pollCalls} to wait, ${sweepCalls} for the inventory`;
}

const seconds = (value: number | null): string => (value === null ? "-" : `${Number(value.toFixed(2))} s`);

/** Rounds down, so that less than all is never shown as 100 %. */
const share = (value: number | null): string => (value === null ? "-" : `${Math.floor(value * 1_000) / 10} %`);
