import {
  type Duration,
  durationOf,
  type Durations,
  type DurationsQuestion,
  type Measure,
  measureNames,
  MOST_SORTED,
} from "../../rows/durations.ts";
import type { Sql } from "../../sqlite/sql.ts";
import { conditionsOf, where } from "./conditions.ts";

/** Returns the durations of the incidents in a range; null if there are too many to sort. */
export function durationsIn(sql: Sql, { from, to, filter }: DurationsQuestion): Durations | null {
  const conditions = conditionsOf(sql, { ...filter, from, to });
  const found = sql.one<{ count: number }>(
    `SELECT count(*) AS count FROM archive_rows WHERE ${where(conditions)}`,
    ...conditions.values,
  );
  if ((found?.count ?? 0) > MOST_SORTED) return null;
  const of = (measure: Measure): Duration | null =>
    durationOf(
      sql
        .all<{ value: number }>(
          `SELECT ${measure} AS value FROM archive_rows WHERE ${where(conditions)} AND ${measure} IS NOT NULL ORDER BY 1`,
          ...conditions.values,
        )
        .map(({ value }) => value),
    );
  return Object.fromEntries(measureNames.map((measure) => [measure, of(measure)])) as unknown as Durations;
}
