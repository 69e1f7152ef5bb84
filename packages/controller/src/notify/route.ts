import type { Ms } from "../clock.ts";
import { matches } from "../decide/match.ts";
import type { Matcher } from "../model/matcher.ts";
import { NO_FACTS } from "../decide/decide.ts";
import { clusterOf, type Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { AlertGroup } from "./alert.ts";
import type { TimeWindow } from "./pipeline/time-window.ts";

/** Properties by which incidents can be grouped into one alert. */
export const GROUP_BY = [
  "account",
  "region",
  "availabilityZone",
  "cluster",
  "group",
  "service",
  "instanceType",
  "instance",
] as const;
export type GroupBy = (typeof GROUP_BY)[number];

/** The values by which an alert is grouped; null if a value is not known, or not used for grouping. */
export type GroupValues = AlertGroup & { readonly [K in GroupBy]?: string | null } & {
  /** Incidents of a dry run have an alert of their own. */
  readonly dryRun?: true;
};

/** A route: which incidents are reported on which channels, how they are grouped, and how often. */
export interface Route {
  /** Null: the default route, used if the config has none. */
  readonly name: string | null;
  readonly match: Matcher;
  /** Names of channels in the config; null means all. */
  readonly channels: readonly string[] | null;
  readonly groupBy: readonly GroupBy[];
  /** How long the first incident of a storm waits for the others, so that they share one alert. */
  readonly wait: Ms;
  /** Shortest interval between updates on a channel; the outcome is sent at once. */
  readonly updateEvery: Ms;
  /** Interval at which an open alert is repeated; null means never. */
  readonly repeatEvery: Ms | null;
  /** Age at which a failed send is given up, which is then reported on other channels. */
  readonly giveUpAfter: Ms;
  /** The following routes are evaluated, too. */
  readonly continue: boolean;
  /** When its alerts are sent; null means always. */
  readonly activeTimes: readonly TimeWindow[] | null;
}

export const DEFAULT_ROUTE: Route = {
  name: null,
  match: {},
  channels: null,
  groupBy: ["account", "region", "cluster"],
  wait: 5_000,
  updateEvery: 30_000,
  repeatEvery: null,
  giveUpAfter: 3_600_000,
  continue: false,
  activeTimes: null,
};

/** Returns the routes of an incident: the first that matches, and further ones after a match with `continue`. Pure. */
export function routesFor(routes: readonly Route[], incident: Incident, facts: Facts | null): readonly Route[] {
  const taken: Route[] = [];
  for (const route of routes) {
    if (!matches(route.match, incident, facts ?? NO_FACTS)) continue;
    taken.push(route);
    if (!route.continue) break;
  }
  return taken;
}

/** Returns the route with a name; the default route if the config no longer has it. */
export const routeNamed = (routes: readonly Route[], name: string | null): Route =>
  routes.find((route) => route.name === name) ?? DEFAULT_ROUTE;

/** Returns the grouping values of an incident. Pure. Without a cluster the Auto Scaling group is used. */
export function groupOf({ groupBy }: Route, incident: Incident, facts: Facts | null): GroupValues {
  const values: { -readonly [K in keyof GroupValues]: GroupValues[K] } = {
    account: null,
    region: null,
    cluster: null,
    group: null,
  };
  for (const name of groupBy) values[name] = VALUES[name](incident, facts);
  if (groupBy.includes("cluster")) values.group = VALUES.group(incident, facts);
  if (incident.mode === "dry-run") values.dryRun = true;
  return values;
}

/** Returns one grouping value of an incident; null if it is not known. */
export const valueOf = (name: GroupBy, incident: Incident, facts: Facts | null): string | null =>
  VALUES[name](incident, facts);

const VALUES: { readonly [G in GroupBy]: (incident: Incident, facts: Facts | null) => string | null } = {
  account: (incident) => incident.account,
  region: (incident) => incident.region,
  availabilityZone: (incident, facts) => incident.availabilityZone ?? facts?.instance?.availabilityZone ?? null,
  cluster: (_incident, facts) => (facts === null ? null : clusterOf(facts)),
  group: (_incident, facts) => facts?.groupName ?? null,
  service: (_incident, facts) => servicesOf(facts),
  instanceType: (_incident, facts) => facts?.instance?.type ?? null,
  instance: (incident) => incident.subject.id,
};

/** Returns all services that lose a task as one value, since an incident belongs to one alert per route. */
function servicesOf(facts: Facts | null): string | null {
  const names = new Set(
    (facts?.tasks ?? []).flatMap(({ service, role }) => (role === "service" ? (service ?? []) : [])),
  );
  return names.size === 0 ? null : [...names].toSorted().join("+");
}
