import type { Ms } from "../../clock.ts";
import type { IncidentFilter } from "./filter.ts";

/** Questions that the archive answers by counts of incidents. */
export const panelNames = ["groups", "zones", "regions", "types", "outcomes", "time", "zones-by-time"] as const;
export type PanelName = (typeof panelNames)[number];

export interface PanelQuestion {
  readonly panel: PanelName;
  /** Incidents opened at or after `from` and before `to` are counted. */
  readonly from: Ms;
  readonly to: Ms;
  readonly filter: Omit<IncidentFilter, "from" | "to">;
}

/** One bar of a chart, or one cell of a heat map. */
export interface Mark {
  /** Start of the bucket, in UTC; null in a panel without a time axis. */
  readonly at: Ms | null;
  /**
   * The group, zone, region, type or outcome; null means unknown. In `time` it is the outcome, in `zones-by-time` the
   * zone.
   */
  readonly name: string | null;
  readonly count: number;
}

export interface Panel {
  /** Width of the time axis's buckets; null in a panel without a time axis. */
  readonly bucket: Bucket | null;
  /** At most `MOST_MARKS`: by time and then, as without a time axis, the largest first. */
  readonly marks: readonly Mark[];
  /** Incidents that are in no mark, because there would be too many marks. */
  readonly rest: number;
}

/** A chart with more is not readable, and its page is slow. */
const MOST_MARKS = 2_000;

const HOUR: Ms = 3_600_000;
const DAY: Ms = 24 * HOUR;

export type Bucket = "hour" | "day" | "week" | "month" | "year";

/** The buckets from the narrowest, with their least width. */
const BUCKETS: readonly { readonly bucket: Bucket; readonly width: Ms }[] = [
  { bucket: "hour", width: HOUR },
  { bucket: "day", width: DAY },
  { bucket: "week", width: 7 * DAY },
  { bucket: "month", width: 28 * DAY },
  { bucket: "year", width: 365 * DAY },
];

/** Buckets of a time axis: `time` has a mark for each of fourteen outcomes, `zones-by-time` one for each zone. */
const MOST_BUCKETS: { readonly [P in PanelName]: number | null } = {
  groups: null,
  zones: null,
  regions: null,
  types: null,
  outcomes: null,
  time: 132,
  "zones-by-time": 100,
};

/** Returns the narrowest bucket that keeps the panel readable; null for a panel without a time axis. */
export function bucketOf({ panel, from, to }: Pick<PanelQuestion, "panel" | "from" | "to">): Bucket | null {
  const most = MOST_BUCKETS[panel];
  if (most === null) return null;
  return (BUCKETS.find(({ width }) => (to - from) / width < most - 1) ?? { bucket: "year" as const }).bucket;
}

/** Returns the start of the bucket that contains the time. Weeks begin on Monday. */
function startOf(bucket: Bucket, at: Ms): Ms {
  switch (bucket) {
    case "hour":
      return Math.floor(at / HOUR) * HOUR;
    case "day":
      return Math.floor(at / DAY) * DAY;
    case "week":
      // 1970-01-01 was a Thursday.
      return (Math.floor((Math.floor(at / DAY) + 3) / 7) * 7 - 3) * DAY;
    case "month": {
      const date = new Date(at);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    }
    case "year":
      return Date.UTC(new Date(at).getUTCFullYear(), 0);
  }
}

/** Makes the panel of counts, in which a time and name may occur several times. */
export function toPanel(bucket: Bucket | null, counts: Iterable<Mark>): Panel {
  const sums = new Map<string, Mark>();
  for (const { at, name, count } of counts) {
    const start = bucket === null || at === null ? null : startOf(bucket, at);
    const id = JSON.stringify([start, name]);
    sums.set(id, { at: start, name, count: count + (sums.get(id)?.count ?? 0) });
  }
  const bySize = [...sums.values()].filter(({ count }) => count !== 0).sort((a, b) => b.count - a.count || order(a, b));
  const marks = bySize
    .slice(0, MOST_MARKS)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || b.count - a.count || order(a, b));
  return { bucket, marks, rest: bySize.slice(MOST_MARKS).reduce((sum, { count }) => sum + count, 0) };
}

const order = (a: Mark, b: Mark): number => {
  const [one, other] = [a.name ?? "", b.name ?? ""];
  return (a.at ?? 0) - (b.at ?? 0) || (one < other ? -1 : one > other ? 1 : 0);
};
