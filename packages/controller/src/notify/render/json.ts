import type { ServiceImpact } from "../../enrich/facts.ts";
import type { AlertGroup, AlertMember, AlertModel } from "../alert.ts";

/** `outcome` and `marginSeconds` are those of the incident; times are RFC 3339 in UTC. */
export type JsonMember = Omit<AlertMember, "deadline"> & { readonly deadline: string | null };

/** The body of the generic webhook. Within a version fields may be added, and no field changes its meaning. */
export interface AlertJson {
  readonly schema: "spotkeeper.alert/1";
  /** Equal in all attempts of one message, so that receivers can drop duplicates. */
  readonly id: string;
  /** Of two messages of one alert the newer one counts. */
  readonly sentAt: string;
  readonly alert: string;
  readonly generation: number;
  readonly phase: AlertModel["phase"];
  readonly severity: AlertModel["severity"];
  readonly storm: boolean;
  readonly headline: string;
  readonly stakes: readonly string[];
  readonly doing: readonly string[];
  readonly ask: readonly string[];
  readonly missing: readonly string[];
  readonly group: AlertGroup;
  /** URL for people; null without `show.url`. */
  readonly link: string | null;
  readonly openedAt: string;
  readonly earliestDeadline: string | null;
  readonly memberCount: number;
  readonly membersOmitted: number;
  readonly members: readonly JsonMember[];
  readonly impactOmitted: number;
  readonly impact: readonly ServiceImpact[];
}

const MOST = 200;

/**
 * Renders an alert as JSON of at most `mostBytes`: the most urgent members and services are kept, and the rest is
 * counted.
 */
export function renderJson(model: AlertModel, now: number, mostBytes: number): string {
  for (let most = MOST; ; most = Math.floor(most / 2)) {
    const body = JSON.stringify(alertJson(model, now, most));
    if (most === 0 || Buffer.byteLength(body) <= mostBytes) return body;
  }
}

/** Makes the data for machines and users' templates, with the most urgent members and services. */
export function alertJson(model: AlertModel, now: number, most: number = MOST): AlertJson {
  const members = model.members.slice(0, most).map((one) => ({ ...one, deadline: timeOrNull(one.deadline) }));
  const impact = model.impact.slice(0, most);
  const { phase, severity, storm, headline, stakes, doing, ask, missing, group, generation, link } = model;
  return {
    schema: "spotkeeper.alert/1",
    id: model.id,
    sentAt: time(now),
    alert: model.key,
    ...{ generation, phase, severity, storm, headline, stakes, doing, ask, missing, group, link },
    openedAt: time(model.openedAt),
    earliestDeadline: timeOrNull(model.earliestDeadline),
    memberCount: model.members.length,
    membersOmitted: model.members.length - members.length,
    members,
    impactOmitted: model.impact.length - impact.length,
    impact,
  };
}

const time = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at));
