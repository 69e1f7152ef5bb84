import type { Ms } from "../clock.ts";
import { openIncident } from "../correlate/open.ts";
import { NO_FACTS } from "../decide/decide.ts";
import { differences } from "../decide/match.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Silence } from "../model/silence.ts";
import type { SignalOf } from "../model/signal.ts";
import { joinAlert } from "./join.ts";
import type { MemberSource } from "./message/member.ts";
import { pass } from "./pipeline/pipeline.ts";
import type { Suppress } from "./pipeline/suppress-settings.ts";
import { recipientsOf } from "./outbox/recipients.ts";
import { groupOf, type Route } from "./route.ts";

/** Kinds of incidents that are always reported, so that only routes and suppression decide. */
export const TRIED_KINDS = ["spot-interruption", "rebalance", "scheduled-change", "fargate-spot-stop"] as const;

/** An incident that is only imagined. Null and missing values are not known. */
export interface ImaginedIncident {
  readonly kind: (typeof TRIED_KINDS)[number];
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly group: string | null;
  readonly cluster: string | null;
  readonly services: readonly string[];
  readonly instanceType: string | null;
  readonly instanceName: string | null;
  readonly tags: { readonly [name: string]: string };
}

/** What one route would do. */
export interface RouteTrial {
  readonly route: string | null;
  /** `not-tried`: a route above takes the incident, without `continue`. */
  readonly result: "sends" | "suppressed" | "no-match" | "not-tried";
  readonly channels: readonly string[];
  /** Reasons why the route does not match, or why the alert is suppressed. */
  readonly why: readonly string[];
}

export interface TrialInput {
  readonly routes: readonly Route[];
  /** Names of all configured channels. */
  readonly channels: readonly string[];
  readonly suppress: Suppress;
  readonly silences: readonly (Silence & { readonly id: string })[];
  readonly at: Ms;
}

export interface Trial {
  readonly routes: readonly RouteTrial[];
  /** All channels that would get an alert. */
  readonly channels: readonly string[];
  /** Rules by which another open incident would suppress it. */
  readonly inhibitedBy: readonly string[];
}

/** Reports for each route whether it would send an alert about an incident, with the same stages as for a real one. Pure. */
export function tryRoutes(imagined: ImaginedIncident, input: TrialInput): Trial {
  const member = memberOf(imagined, input.at);
  let taken: string | null | undefined;
  const routes = input.routes.map((route): RouteTrial => {
    const base = { route: route.name, channels: [] };
    if (taken !== undefined)
      return { ...base, result: "not-tried", why: [`route ${taken ?? "default"} takes it, without continue`] };
    const why = differences(route.match, member.doc.body, member.facts).map(
      ({ key, wanted, known }) =>
        `${key} wants ${wanted}, it is ${known.length === 0 ? "not known" : known.join(", ")}`,
    );
    if (why.length > 0) return { ...base, result: "no-match", why };
    if (!route.continue) taken = route.name;
    return { ...base, ...sendBy(route, member, input) };
  });
  return {
    routes,
    channels: input.channels.filter((name) => routes.some(({ channels }) => channels.includes(name))),
    inhibitedBy: input.suppress.inhibit
      .filter(({ target }) => differences(target, member.doc.body, member.facts).length === 0)
      .map(({ name }) => name),
  };
}

type Known = MemberSource & { readonly facts: Facts };

function sendBy(route: Route, member: Known, input: TrialInput): Pick<RouteTrial, "result" | "channels" | "why"> {
  const { doc } = joinAlert(null, groupOf(route, member.doc.body, member.facts), input.at - route.wait, route);
  const { channels } = recipientsOf(doc.body, route, input.channels);
  const passing = pass([member], channels, {
    alert: doc,
    route,
    others: [],
    open: [],
    silences: input.silences,
    suppress: input.suppress,
    activeIn: () => Infinity,
    delivered: false,
    over: false,
    now: input.at,
  });
  const why = passing.withheld.map(({ code, text }) => `${text} (${code})`);
  return why.length > 0 ? { result: "suppressed", channels: [], why } : { result: "sends", channels, why: [] };
}

function memberOf(imagined: ImaginedIncident, at: Ms): Known {
  const { account, region, availabilityZone, group, cluster, services, instanceType, instanceName, tags } = imagined;
  const signal: SignalOf<"spot-interruption"> = {
    kind: "spot-interruption",
    id: "imagined",
    subject: { type: "instance", id: "i-imagined" },
    account,
    region,
    availabilityZone,
    at,
    timeKnown: true,
    receivedAt: at,
    source: "http",
    action: "terminate",
    deadline: at + 120_000,
  };
  const opened = openIncident(signal, 1, at);
  const known = Object.entries({ group, cluster, instanceType, name: instanceName }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const labels = { ...Object.fromEntries(known), services: [...services] };
  const signals = opened.body.signals.map((one) => ({ ...one, kind: imagined.kind }));
  const doc: Doc<"incident"> = { ...opened, body: { ...opened.body, signals, labels } };
  // What runs there is only known if it was given: what is not known suppresses nothing.
  const missing: Facts["missing"] = services.length > 0 ? [] : [{ what: "tasks", why: "not given" }];
  return { doc, facts: { ...NO_FACTS, complete: true, groupName: group, clusterTags: tags, missing } };
}
