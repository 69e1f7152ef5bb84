import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import { entryView } from "./entry.ts";
import { slowestStepOf } from "../../record/rows/slowest-step.ts";
import { stepViews, summaryView } from "./incident.ts";
import type { IncidentDetailView } from "./schema.ts";
import { timeOf } from "./time.ts";

/** Makes the view of one incident with its steps and timeline. */
export function detailView(key: Key, incident: Incident, timeline: readonly Entry[]): IncidentDetailView {
  const steps = stepViews(incident);
  const slowest = slowestStepOf(incident);
  return {
    ...summaryView({ key, body: incident }),
    signals: incident.signals.map(({ kind, at, receivedAt, source }) => ({
      kind,
      at: timeOf(at),
      receivedAt: timeOf(receivedAt),
      source,
    })),
    signalCount: incident.signalCount,
    steps,
    slowestStep:
      slowest === null
        ? null
        : { id: slowest.step.id, responder: slowest.step.responder, seconds: slowest.took / 1_000 },
    timeline: timeline.map((entry) => entryView(key, incident, entry)),
    timelineCut: false,
    missing: [],
  };
}
