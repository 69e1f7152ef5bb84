import type { Ms } from "../clock.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import type { SignalKind } from "../model/signal.ts";

/** The more urgent, the later in the list; what a first action answers is the most urgent that was heard by then. */
const URGENCY: Readonly<Record<SignalKind, number>> = {
  "container-instance-change": 0,
  "launch-result": 0,
  "notice-withdrawn": 0,
  "termination-result": 1,
  "fleet-change": 1,
  "agent-state": 1,
  "state-change": 1,
  rebalance: 2,
  "scheduled-change": 3,
  "capacity-block-expiration": 3,
  "lifecycle-launching": 4,
  "lifecycle-terminating": 5,
  "fargate-spot-stop": 6,
  "capacity-reservation-interruption": 6,
  "spot-interruption": 6,
};

/** The signal that the incident answers: of the most urgent heard until `until`, the one with the earliest own time. */
export function noticeOf(incident: Incident, until: Ms = Infinity): SignalRef | null {
  const heard = incident.signals.filter((signal) => signal.receivedAt <= until);
  const most = Math.max(...heard.map(({ kind }) => URGENCY[kind]));
  const [first, ...others] = heard.filter(({ kind }) => URGENCY[kind] === most);
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
