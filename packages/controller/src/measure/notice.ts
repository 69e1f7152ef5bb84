import type { Ms } from "../clock.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import { urgencyOf } from "../signal/says.ts";

/** The signal that the incident answers: of the most urgent heard until `until`, the one with the earliest own time. */
export function noticeOf(incident: Incident, until: Ms = Infinity): SignalRef | null {
  const heard = incident.signals.filter((signal) => signal.receivedAt <= until);
  const most = Math.max(...heard.map(({ kind }) => urgencyOf(kind)));
  const [first, ...others] = heard.filter(({ kind }) => urgencyOf(kind) === most);
  if (first === undefined) return null;
  return others.reduce((early, signal) => (signal.at < early.at ? signal : early), first);
}

/**
 * Seconds from the signal's own time to the first action; null before it, and where the plan itself waits: a scheduled
 * change is told weeks ahead and is answered when its time comes near.
 */
export function firstActionSeconds(incident: Incident): number | null {
  const { firstActionAt } = incident;
  if (firstActionAt === null) return null;
  const notice = noticeOf(incident, firstActionAt);
  if (notice === null || notice.kind === "scheduled-change") return null;
  return Math.max(0, firstActionAt - notice.at) / 1000;
}
