import type { Incident } from "../model/incident.ts";
import type { IncidentFilter } from "../record/archive/archive.ts";

type Test<F extends keyof IncidentFilter> = (incident: Incident, wanted: NonNullable<IncidentFilter[F]>) => boolean;

/** The archive's filters, for incidents in the ledger. A new filter does not compile without its line. */
const TESTS: { readonly [F in keyof Required<IncidentFilter>]: Test<F> } = {
  from: (incident, from) => incident.openedAt >= from,
  to: (incident, to) => incident.openedAt < to,
  instanceId: (incident, id) => incident.subject.id === id,
  group: (incident, group) => incident.labels["group"] === group,
  cluster: (incident, cluster) => incident.labels["cluster"] === cluster,
  region: (incident, region) => incident.region === region,
  availabilityZone: (incident, zone) => (incident.availabilityZone ?? incident.labels["availabilityZone"]) === zone,
  instanceType: (incident, type) => incident.labels["instanceType"] === type,
  outcome: (incident, outcome) => incident.outcome === outcome,
  kind: (incident, kind) => incident.signals.some((signal) => signal.kind === kind),
  open: (incident, open) => (incident.closedAt === null) === open,
};

export function matches(incident: Incident, filter: IncidentFilter): boolean {
  const passes = <F extends keyof IncidentFilter>(name: F): boolean => {
    const wanted = filter[name];
    return wanted === undefined || TESTS[name](incident, wanted);
  };
  return (Object.keys(TESTS) as (keyof IncidentFilter)[]).every(passes);
}
