import type { ArchivedIncident } from "../../../src/record/archive/archive.ts";
import { matches } from "../../../src/record/rows/filter.ts";
import { bucketOf, type Panel, type PanelName, type PanelQuestion, toPanel } from "../../../src/record/rows/panel.ts";
import { type IncidentRow, toRow } from "../../../src/record/rows/row.ts";

const NAMES: { readonly [P in PanelName]: (row: IncidentRow) => string | null } = {
  groups: ({ group }) => group,
  zones: ({ availabilityZone }) => availabilityZone,
  regions: ({ region }) => region,
  types: ({ instanceType }) => instanceType,
  outcomes: ({ outcome }) => outcome,
  time: ({ outcome }) => outcome,
  "zones-by-time": ({ availabilityZone }) => availabilityZone,
};

/** What an archive with the newest versions of these incidents must answer: each incident is counted again. */
export function recount(incidents: readonly ArchivedIncident[], question: PanelQuestion): Panel {
  const { panel, filter, from, to } = question;
  const newest = new Map<string, ArchivedIncident>();
  for (const each of incidents) if (each.version > (newest.get(each.key)?.version ?? 0)) newest.set(each.key, each);
  const rows = [...newest.values()]
    .map(({ key, incident }) => toRow(key, incident))
    .filter((row) => matches(row, { ...filter, from, to }));
  return toPanel(
    bucketOf(question),
    rows.map((row) => ({ at: row.openedAt, name: NAMES[panel](row), count: 1 })),
  );
}
