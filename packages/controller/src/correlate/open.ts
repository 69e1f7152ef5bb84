import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Incident } from "../model/incident.ts";
import type { Key } from "../model/key.ts";
import type { Params } from "../model/plain.ts";
import type { Signal, Subject } from "../model/signal.ts";
import { addSignal, applySignal } from "./apply-signal.ts";

/**
 * Makes the key `incident#<instance id or task ARN>#<ordinal>`. Account and region are not part of it, since not every
 * message contains them (docs/decisions/0002-incident-key.md); nor is time, since two messages of one interruption have
 * different times.
 */
export function incidentKey(subject: Subject, ordinal: number): Key {
  return `incident#${subject.id}#${ordinal}`;
}

/** The tag of all open incidents. */
export const OPEN = "open";

/** Makes a new incident from its first signal: not stored yet (version 0), and due at once. */
export function openIncident(signal: Signal, ordinal: number, now: Ms, hints: Params = {}): Doc<"incident"> {
  const blank: Incident = {
    subject: signal.subject,
    ordinal,
    account: null,
    region: null,
    availabilityZone: null,
    action: null,
    openedAt: now,
    deadline: null,
    signals: [],
    signalCount: 0,
    lifecycle: [],
    agents: {},
    hints,
    firstEndingAt: null,
    lastWarningAt: null,
    launchedAt: null,
    seen: null,
    labels: {},
    rule: null,
    mode: "act",
    plannedFrom: null,
    steps: [],
    owed: [],
    firstActionAt: null,
    drainedAt: null,
    goneAt: null,
    servesAt: null,
    cancelledAt: null,
    alerts: [],
    flagged: [],
    outcome: null,
    closedAt: null,
    archivedVersion: 0,
  };
  return {
    kind: "incident",
    key: incidentKey(signal.subject, ordinal),
    schema: 1,
    version: 0,
    wakeAt: now,
    tags: [`subject#${signal.subject.id}`, OPEN],
    body: addSignal(applySignal(blank, signal, now), signal),
  };
}
