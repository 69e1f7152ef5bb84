import type { Query } from "../../api/queries.ts";

/** The names that a reader can filter by; equal to the API's query parameters. */
export const FILTERS = [
  "group",
  "availabilityZone",
  "region",
  "instanceType",
  "outcome",
  "cluster",
  "kind",
  "instanceId",
  "open",
] as const;
export type FilterName = (typeof FILTERS)[number];

export const FILTER_WORDS: { readonly [F in FilterName]: string } = {
  group: "group",
  availabilityZone: "zone",
  region: "region",
  instanceType: "type",
  outcome: "outcome",
  cluster: "cluster",
  kind: "kind",
  instanceId: "instance",
  open: "open",
};

const RANGES = { "24h": 1, "7d": 7, "30d": 30, "90d": 90, "1y": 365, "3y": 1_095 } as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as RangeName[];
export const RANGE_WORDS: { readonly [R in RangeName]: string } = {
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
  "1y": "1 year",
  "3y": "3 years",
};
const DEFAULT_RANGE: RangeName = "30d";
const DAY = 86_400_000;

/** What stands in the URL: a range by name, or `from` and `to` as absolute times; and the filters. */
export type Search = { readonly [F in FilterName | "from" | "to"]?: string } & { readonly range?: RangeName };

/** Reads the URL; what is not understood is left out. */
export function filtersIn(raw: Record<string, unknown>): Search {
  const text = (name: string): string | undefined => {
    const value = raw[name];
    return typeof value === "string" && value !== ""
      ? value
      : typeof value === "boolean" || typeof value === "number"
        ? String(value)
        : undefined;
  };
  const time = (name: string): string | undefined => {
    const value = text(name);
    return value !== undefined && !Number.isNaN(Date.parse(value)) ? value : undefined;
  };
  const given: Record<string, string | undefined> = Object.fromEntries(FILTERS.map((name) => [name, text(name)]));
  const range = RANGE_NAMES.find((name) => name === raw["range"]);
  const all = { ...given, range, from: time("from"), to: time("to") };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Returns the range in absolute times. It ends at the full minute, so that one view asks the same question for a minute. */
export function spanOf({ from, to, range = DEFAULT_RANGE }: Search, now: number): Span {
  const end = to === undefined ? Math.ceil(now / 60_000) * 60_000 : Date.parse(to);
  return { from: from === undefined ? end - RANGES[range] * DAY : Date.parse(from), to: end };
}

export const before = ({ from, to }: Span): Span => ({ from: from - (to - from), to: from });

export const rangeOf = ({ range, from, to }: Search): RangeName | null =>
  from !== undefined || to !== undefined ? null : (range ?? DEFAULT_RANGE);

/** Makes the query of the API. */
export function queryOf(search: Search, { from, to }: Span): Query {
  const given = FILTERS.flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
