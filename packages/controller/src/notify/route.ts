import type { Ms } from "../clock.ts";
import { matches } from "../decide/match.ts";
import type { Matcher } from "../model/matcher.ts";
import { NOTHING } from "../decide/decide.ts";
import { clusterOf, type Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { AlertGroup } from "./alert.ts";

/** What incidents of one alert may have in common. */
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

/** What an alert is grouped by, and the values; null where one is not known, or is not grouped by. */
export type GroupValues = AlertGroup & { readonly [K in GroupBy]?: string | null } & {
  /** What is only said in a dry run is told apart from what is done. */
  readonly dryRun?: true;
};

/** Which incidents are told where, together with which others, and how often. */
export interface Route {
  /** Null for the one that is used where the config has none. */
  readonly name: string | null;
  readonly match: Matcher;
  /** By the names that the config gives them; null for all. */
  readonly channels: readonly string[] | null;
  readonly groupBy: readonly GroupBy[];
  /** How long the first of a storm waits for the others, so that they are one alert. */
  readonly wait: Ms;
  /** A channel is told of changes at most this often; of the outcome at once. */
  readonly updateEvery: Ms;
  /** An alert that is still open is told again after this; null: it is not. */
  readonly repeatEvery: Ms | null;
  /** What could not be sent is given up at this age, and that is told elsewhere. */
  readonly giveUpAfter: Ms;
  /** The routes below are asked, too. */
  readonly continue: boolean;
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
};

/** Pure. The routes that an incident takes, from the top: the first that matches, and those below it while they `continue`. */
export function routesFor(routes: readonly Route[], incident: Incident, facts: Facts | null): readonly Route[] {
  const taken: Route[] = [];
  for (const route of routes) {
    if (!matches(route.match, incident, facts ?? NOTHING)) continue;
    taken.push(route);
    if (!route.continue) break;
  }
  return taken;
}

/** The route by that name; an alert whose route was taken out of the config goes on as by the default one. */
export const routeNamed = (routes: readonly Route[], name: string | null): Route =>
  routes.find((route) => route.name === name) ?? DEFAULT_ROUTE;

/** Pure. What an incident is grouped by. A group stands in for a cluster where there is none. */
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

/** All services that lose a task, as one value: an incident belongs to one alert of a route. */
function servicesOf(facts: Facts | null): string | null {
  const names = new Set(
    (facts?.tasks ?? []).flatMap(({ service, role }) => (role === "service" ? (service ?? []) : [])),
  );
  return names.size === 0 ? null : [...names].toSorted().join("+");
}
