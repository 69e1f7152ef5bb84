import type { Ms } from "../clock.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import { urgencyOf } from "../signal/kind-queries.ts";

/**
 * Returns the signal that the incident reacts to: of the most urgent ones received until `until`, the one with the
 * earliest own time.
 */
export function noticeOf(incident: Incident, until: Ms = Infinity): SignalRef | null {
  const heard = incident.signals.filter((signal) => signal.receivedAt <= until);
  const most = Math.max(...heard.map(({ kind }) => urgencyOf(kind)));
  const [first, ...others] = heard.filter(({ kind }) => urgencyOf(kind) === most);
  if (first === undefined) return null;
  return others.reduce((early, signal) => (signal.at < early.at ? signal : early), first);
}

/**
 * Returns the seconds from the signal's own time to the first action. Returns null before the first action, and for a
 * scheduled change, which is announced weeks before the plan starts.
 */
export function firstActionSeconds(incident: Incident): number | null {
  const { firstActionAt } = incident;
  if (firstActionAt === null) return null;
  const notice = noticeOf(incident, firstActionAt);
  if (notice === null || notice.kind === "scheduled-change") return null;
  return Math.max(0, firstActionAt - notice.at) / 1000;
}
