import type { Ms } from "../../../clock.ts";
import type { Sql } from "../../sqlite/sql.ts";
import type { IncidentFilter } from "../../rows/filter.ts";
import {
  bucketOf,
  type Bucket,
  type Mark,
  type Panel,
  type PanelName,
  type PanelQuestion,
  toPanel,
} from "../../rows/panel.ts";
import { both, type Conditions, conditionsOf, isCounted, where } from "./conditions.ts";
import { bucketBegins, bucketNumber, LEVELS, type Level, type Marginal, MARGINALS } from "./roll-ups.ts";

/** The column that a panel groups by; null if it groups only by time. */
type Column = Marginal | "outcome";

/** The column that a panel counts by, and the SQL for the name of its value. */
const COLUMNS: { readonly [P in PanelName]: { readonly column: Column; readonly name: string } } = {
  groups: { column: "group", name: "(SELECT name FROM archive_names WHERE id = value)" },
  zones: { column: "zone", name: "(SELECT nullif(zone, '') FROM archive_zones WHERE id = value)" },
  regions: { column: "zone", name: "(SELECT nullif(region, '') FROM archive_zones WHERE id = value)" },
  types: { column: "type", name: "(SELECT name FROM archive_names WHERE id = value)" },
  outcomes: { column: "outcome", name: "(SELECT name FROM archive_names WHERE id = value)" },
  time: { column: "outcome", name: "(SELECT name FROM archive_names WHERE id = value)" },
  "zones-by-time": { column: "zone", name: "(SELECT nullif(zone, '') FROM archive_zones WHERE id = value)" },
};

/** A part of the range, and what is counted in it. `to` is not in it. */
interface Part {
  readonly of: "incidents" | Level;
  readonly from: Ms;
  readonly to: Ms;
}

/**
 * Returns the exact answer, from the coarsest counts that have it.
 *
 * @param few below this number of incidents in the range, they themselves are counted
 */
export function panelIn(sql: Sql, question: PanelQuestion, few: number): Panel {
  const { filter } = question;
  const from = Math.max(0, question.from);
  const to = Math.max(from, question.to);
  const bucket = bucketOf({ ...question, from, to });
  const whole: Part = { of: "incidents", from, to };
  const parts =
    !isCounted(filter) || countAbout(sql, from, to) < few
      ? [whole]
      : partsOf(whole, levelsFor(bucket, tableFor(question.panel, filter)));
  return toPanel(bucket, marksOf(sql, question, bucket, parts));
}

function* marksOf(sql: Sql, question: PanelQuestion, bucket: Bucket | null, parts: readonly Part[]): Iterable<Mark> {
  for (const part of parts) yield* countsOf(sql, question, bucket, part);
}

/** Returns how many incidents there are, to a day. */
function countAbout(sql: Sql, from: Ms, to: Ms): number {
  const row = sql.one<{ sum: number | null }>(
    `SELECT sum(count) AS sum FROM archive_marginals WHERE dim = ? AND level = ? AND bucket >= ? AND bucket <= ?`,
    MARGINALS.zone,
    LEVELS.day,
    bucketNumber("day", from),
    bucketNumber("day", to),
  );
  return row?.sum ?? 0;
}

/** The counts of one dimension, or those of all three together by day. */
type Table = Marginal | "cube";

function tableFor(panel: PanelName, filter: IncidentFilter): Table {
  const { column } = COLUMNS[panel];
  const used = new Set<Marginal>(column === "outcome" ? [] : [column]);
  if (filter.group !== undefined) used.add("group");
  if (filter.region !== undefined || filter.availabilityZone !== undefined) used.add("zone");
  if (filter.instanceType !== undefined) used.add("type");
  const [only, ...others] = used;
  // Without a dimension, zones have the fewest counts.
  return others.length > 0 ? "cube" : (only ?? "zone");
}

/** The levels that may be used, from the coarsest. */
function levelsFor(bucket: Bucket | null, table: Table): readonly Level[] {
  const all: readonly Level[] = table === "cube" ? ["day"] : ["month", "day", "hour"];
  switch (bucket) {
    case "hour":
      return all.filter((level) => level === "hour");
    case "day":
    case "week":
      return all.filter((level) => level !== "month");
    case "month":
    case "year":
    case null:
      return all;
  }
}

/** Divides a part: whole buckets of the coarsest level in the middle, and the rest on both sides by the next levels. */
function partsOf(part: Part, [level, ...finer]: readonly Level[]): readonly Part[] {
  if (part.from >= part.to) return [];
  if (level === undefined) return [part];
  const first = bucketNumber(level, part.from - 1) + 1;
  const end = bucketNumber(level, part.to);
  if (first >= end) return partsOf(part, finer);
  const from = bucketBegins(level, first);
  const to = bucketBegins(level, end);
  return [
    ...partsOf({ of: "incidents", from: part.from, to: from }, finer),
    { of: level, from, to },
    ...partsOf({ of: "incidents", from: to, to: part.to }, finer),
  ];
}

/** A row of an answer; `bucket` is a number of `level`, see `bucketNumber`. */
interface Count {
  readonly bucket: number | null;
  readonly name: string | null;
  readonly count: number;
}

function countsOf(sql: Sql, { panel, filter }: PanelQuestion, bucket: Bucket | null, part: Part): readonly Mark[] {
  const { column, name } = COLUMNS[panel];
  const { rows, level, range } = sourceOf(part, tableFor(panel, filter), bucket);
  const conditions = both(range, conditionsOf(sql, filter));
  return sql
    .all<Count>(
      `SELECT bucket, ${name} AS name, count FROM (
         SELECT ${bucket === null ? "NULL" : "bucket"} AS bucket, "${column}" AS value, sum(count) AS count
         FROM (${rows}) WHERE ${where(conditions)} GROUP BY 1, 2
       )`,
      ...conditions.values,
    )
    .map((each) => ({ ...each, at: each.bucket === null ? null : bucketBegins(level, each.bucket) }));
}

interface Source {
  /** A SELECT of bucket, count, and the columns that the conditions name. */
  readonly rows: string;
  /** What `bucket` is a number of. */
  readonly level: Level;
  readonly range: Conditions;
}

function sourceOf({ of, from, to }: Part, table: Table, bucket: Bucket | null): Source {
  if (of === "incidents") {
    const level = bucket === "hour" ? "hour" : "day";
    return {
      rows: `SELECT openedAt / ${bucketBegins(level, 1)} AS bucket, 1 AS count, * FROM archive_rows`,
      level,
      range: { texts: ["openedAt >= ?", "openedAt < ?"], values: [from, to] },
    };
  }
  return {
    rows:
      table === "cube"
        ? `SELECT day AS bucket, * FROM archive_cube`
        : `SELECT bucket, value AS "${table}", outcome, count FROM archive_marginals
           WHERE dim = ${MARGINALS[table]} AND level = ${LEVELS[of]}`,
    level: of,
    range: { texts: ["bucket >= ?", "bucket < ?"], values: [bucketNumber(of, from), bucketNumber(of, to)] },
  };
}
