import type { Ms } from "@spotkeeper/simulator";
import type { Ended } from "./scene.ts";
import type { Family } from "./family.ts";

const KEPT = "AWS's request budgets are kept";

/** The share of refused calls that is allowed, of all calls of one operation. */
const STATED_SHARE = 0.01;
/** A new life does not know how full AWS's token buckets are; after this time they are full again. */
const FULL_AGAIN: Ms = 20_000;

/** If the world does not throttle on purpose, AWS refuses almost none of our calls. */
export const budgets: Family = {
  names: [],
  watch: () => ({}),
  atEnd: { [KEPT]: overdrawn },
};

function overdrawn({ spec, simulator, births }: Ended): string[] {
  const isThrottled =
    spec.faults.some(({ kind }) => kind === "throttle") ||
    spec.outages.some(({ kind }) => kind === "service throttled");
  if (isThrottled) return [];
  const calls = new Map<string, { all: number; refused: number }>();
  for (const { service, operation, outcome, at } of simulator.calls.recent()) {
    const key = `${service}:${operation}`;
    const count = calls.get(key) ?? { all: 0, refused: 0 };
    calls.set(key, count);
    count.all += 1;
    const isNew = births.slice(1).some((birth) => at >= birth && at < birth + FULL_AGAIN);
    if (!isNew && isThrottling(outcome)) count.refused += 1;
  }
  return [...calls]
    .filter(([, { all, refused }]) => refused > all * STATED_SHARE)
    .map(([key, { all, refused }]) => `AWS refused ${refused} of ${all} calls of ${key}`);
}

/**
 * Returns true for the error codes of throttling in the query, JSON and REST protocols;
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const isThrottling = (outcome: string): boolean => outcome.includes("Throttl") || outcome === "RequestLimitExceeded";
