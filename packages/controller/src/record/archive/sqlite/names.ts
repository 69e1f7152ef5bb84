import type { Sql } from "../../sqlite/sql.ts";

/** The number of an unknown name. */
const NO_NAME = 0;

/**
 * Numbers of names in one transaction. Nothing is kept after it: it may be rolled back, and the file may be replaced.
 */
export interface Names {
  /** Returns the number of a name, and gives it one if it has none. */
  numberOf(name: string | null): number;
  /** Returns the number of a zone in its region, and gives it one if it has none. */
  zoneOf(region: string | null, zone: string | null): number;
}

export function namesIn(sql: Sql): Names {
  const known = new Map<string, number>();
  const once = (id: string, find: () => number): number => {
    const found = known.get(id) ?? find();
    known.set(id, found);
    return found;
  };
  return {
    numberOf: (name) => (name === null ? NO_NAME : once(name, () => find(sql, "archive_names", { name }))),
    zoneOf: (region, zone) =>
      once(JSON.stringify([region, zone]), () =>
        find(sql, "archive_zones", { region: region ?? "", zone: zone ?? "" }),
      ),
  };
}

/** Returns the number of a name; -1, which no row has, if it has none. */
export function knownName(sql: Sql, name: string): number {
  return sql.one<{ id: number }>("SELECT id FROM archive_names WHERE name = ?", name)?.id ?? -1;
}

function find(sql: Sql, table: string, columns: { readonly [column: string]: string }): number {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const where = names.map((name) => `${name} = ?`).join(" AND ");
  const found = sql.one<{ id: number }>(`SELECT id FROM ${table} WHERE ${where}`, ...values);
  if (found !== undefined) return found.id;
  const marks = names.map(() => "?").join(", ");
  return sql.insert(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`, ...values);
}
