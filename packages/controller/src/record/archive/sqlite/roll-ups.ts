import type { Ms } from "../../../clock.ts";
import type { Sql } from "../../sqlite/sql.ts";

/** What is counted of one incident, as numbers of names. */
export interface Counted {
  readonly openedAt: Ms;
  readonly group: number;
  readonly zone: number;
  readonly type: number;
  readonly outcome: number;
}

/** The dimensions that have counts of their own, each with its number in `archive_marginals`. */
export const MARGINALS = { group: 1, zone: 2, type: 3 } as const;
export type Marginal = keyof typeof MARGINALS;

/** The widths of buckets that counts are kept by, each with its number in `archive_marginals`. */
export const LEVELS = { hour: 1, day: 2, month: 3 } as const;
export type Level = keyof typeof LEVELS;

/** Returns the number of the bucket that contains the time: hours, days or months since 1970, UTC. */
export function bucketNumber(level: Level, at: Ms): number {
  switch (level) {
    case "hour":
      return Math.floor(at / 3_600_000);
    case "day":
      return Math.floor(at / 86_400_000);
    case "month": {
      const date = new Date(at);
      return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    }
  }
}

/** Returns when the bucket of this number begins. */
export function bucketBegins(level: Level, number: number): Ms {
  switch (level) {
    case "hour":
      return number * 3_600_000;
    case "day":
      return number * 86_400_000;
    case "month":
      return Date.UTC(1970, number);
  }
}

/** Collects changes of the counts in one transaction, since many incidents of a batch change the same counts. */
export interface Changes {
  readonly add: (counted: Counted) => void;
  readonly remove: (counted: Counted) => void;
  readonly write: () => void;
}

export function changesIn(sql: Sql): Changes {
  const marginals = createTally();
  const cube = createTally();

  function change({ openedAt, group, zone, type, outcome }: Counted, by: 1 | -1): void {
    const value = { group, zone, type };
    for (const [level, number] of Object.entries(LEVELS) as [Level, number][])
      for (const [marginal, dim] of Object.entries(MARGINALS) as [Marginal, number][])
        marginals.add([dim, number, bucketNumber(level, openedAt), value[marginal], outcome], by);
    cube.add([bucketNumber("day", openedAt), group, zone, type, outcome], by);
  }

  return {
    add: (counted) => change(counted, 1),
    remove: (counted) => change(counted, -1),
    write() {
      for (const { of, by } of marginals.all())
        sql.run(
          `INSERT INTO archive_marginals (dim, level, bucket, value, outcome, count) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET count = count + excluded.count`,
          ...of,
          by,
        );
      for (const { of, by } of cube.all())
        sql.run(
          `INSERT INTO archive_cube (day, "group", zone, type, outcome, count) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET count = count + excluded.count`,
          ...of,
          by,
        );
    },
  };
}

type Numbers = readonly [number, number, number, number, number];

function createTally() {
  const changes = new Map<string, { readonly of: Numbers; by: number }>();
  return {
    add(of: Numbers, by: number): void {
      const id = of.join(" ");
      const found = changes.get(id);
      if (found === undefined) changes.set(id, { of, by });
      else found.by += by;
    },
    all: () => [...changes.values()].filter(({ by }) => by !== 0),
  };
}
