import type { Sql } from "../../sqlite/sql.ts";
import type { IncidentFilter } from "../../rows/filter.ts";
import { knownName } from "./names.ts";

/** Conditions that are all to hold, for a WHERE. */
export interface Conditions {
  readonly texts: readonly string[];
  readonly values: readonly (string | number)[];
}

type Condition<F extends keyof IncidentFilter> = (
  sql: Sql,
  wanted: NonNullable<IncidentFilter[F]>,
) => readonly [text: string, ...values: readonly (string | number)[]];

/** One condition for each filter, on the columns of `archive_rows`; a new filter does not compile without its line. */
const CONDITIONS: { readonly [F in keyof Required<IncidentFilter>]: Condition<F> } = {
  from: (_, from) => ["openedAt >= ?", from],
  to: (_, to) => ["openedAt < ?", to],
  instanceId: (_, id) => ofKey(id),
  group: (sql, group) => ofName(sql, `"group"`, group),
  cluster: (sql, cluster) => ofName(sql, "cluster", cluster),
  region: (_, region) => ofZone("region", region),
  availabilityZone: (_, zone) => ofZone("zone", zone),
  instanceType: (sql, type) => ofName(sql, "type", type),
  outcome: (sql, outcome) => ["outcome = ?", knownName(sql, outcome)],
  kind: (_, kind) => ["kinds IN (SELECT id FROM archive_names WHERE instr(name, ?) > 0)", kindInNames(kind)],
  open: (_, open) => ["open = ?", Number(open)],
};

/** The key is incident#ID#NUMBER, and `$` follows `#`. */
function ofKey(id: string): ReturnType<Condition<"instanceId">> {
  const { is, glob } = globOf(id);
  if (glob !== null) return [`key ${is ? "" : "NOT "}GLOB ?`, `incident#${glob}#*`];
  return [`${is ? "" : "NOT "}(key >= ? AND key < ?)`, `incident#${bare(id)}#`, `incident#${bare(id)}$`];
}

function ofName(sql: Sql, column: string, wanted: string): ReturnType<Condition<"group">> {
  const { is, glob } = globOf(wanted);
  if (glob === null) return [`${column} ${is ? "=" : "<>"} ?`, knownName(sql, bare(wanted))];
  return [`${column} ${is ? "" : "NOT "}IN (SELECT id FROM archive_names WHERE name GLOB ?)`, glob];
}

/** An unknown region or zone is stored as an empty text, which no pattern matches. */
function ofZone(column: "region" | "zone", wanted: string): ReturnType<Condition<"region">> {
  const { is, glob } = globOf(wanted);
  const text = glob === null ? `${column} = ?` : `${column} GLOB ? AND ${column} <> ''`;
  return [`zone ${is ? "" : "NOT "}IN (SELECT id FROM archive_zones WHERE ${text})`, glob ?? bare(wanted)];
}

const bare = (pattern: string): string => (pattern.startsWith("!") ? pattern.slice(1) : pattern);

/** Converts a pattern to one of SQLite's GLOB, in which `[` is special as well; `glob` is null if it is a plain name. */
function globOf(pattern: string): { readonly is: boolean; readonly glob: string | null } {
  const name = bare(pattern);
  return { is: name === pattern, glob: /[*?]/.test(name) ? name.replaceAll("[", "[[]") : null };
}

/** The filters whose columns the counts have, too. */
const COUNTED = [
  "group",
  "region",
  "availabilityZone",
  "instanceType",
  "outcome",
] as const satisfies (keyof IncidentFilter)[];

export const isCounted = (filter: IncidentFilter): boolean =>
  namesOf(filter).every((name) => COUNTED.some((counted) => counted === name));

/** A list of kinds is one name; see `kindsName`. */
const kindInNames = (kind: string): string => `,${kind},`;
export const kindsName = (kinds: readonly string[]): string => `,${kinds.join(",")},`;

export function conditionsOf(sql: Sql, filter: IncidentFilter): Conditions {
  const all = namesOf(filter).map((name) => conditionOf(sql, name, filter[name]));
  return { texts: all.map(([text]) => text), values: all.flatMap(([, ...values]) => values) };
}

function conditionOf<F extends keyof IncidentFilter>(
  sql: Sql,
  name: F,
  wanted: IncidentFilter[F],
): readonly [string, ...(readonly (string | number)[])] {
  return wanted === undefined ? ["TRUE"] : CONDITIONS[name](sql, wanted);
}

/** The names of the conditions that are given. */
const namesOf = (filter: IncidentFilter): readonly (keyof IncidentFilter)[] =>
  (Object.keys(CONDITIONS) as (keyof IncidentFilter)[]).filter((name) => filter[name] !== undefined);

export const both = (one: Conditions, other: Conditions): Conditions => ({
  texts: [...one.texts, ...other.texts],
  values: [...one.values, ...other.values],
});

export const where = ({ texts }: Conditions): string => (texts.length === 0 ? "TRUE" : texts.join(" AND "));
