import type { Doc } from "../../../src/model/doc.ts";
import type { Entry } from "../../../src/model/journal.ts";
import type { Incident } from "../../../src/model/incident.ts";
import type { SignalOf } from "../../../src/model/signal.ts";

/** A fixed instant, so that nothing depends on the hour: 2026-01-01T00:00:00Z. */
export const T0 = 1_767_225_600_000;

export function warning(instance: string, id = "m-1", at = T0): SignalOf<"spot-interruption"> {
  return {
    kind: "spot-interruption",
    id,
    subject: { type: "instance", id: instance },
    account: "111122223333",
    region: "eu-west-1",
    availabilityZone: null,
    at,
    timeKnown: true,
    receivedAt: at + 500,
    source: "sqs",
    action: "terminate",
    deadline: at + 120_000,
  };
}

export function rebalance(instance: string, id = "m-2", at = T0 - 60_000): SignalOf<"rebalance"> {
  return { ...warning(instance, id, at), kind: "rebalance", action: null, deadline: null };
}

export function hook(instance: string, id = "m-3", at = T0 + 1_000): SignalOf<"lifecycle-terminating"> {
  return {
    ...warning(instance, id, at),
    kind: "lifecycle-terminating",
    action: null,
    deadline: null,
    lifecycle: {
      group: "web",
      hook: "graceful-shutdown-hook",
      token: "t-1",
      transition: "terminating",
      metadata: null,
      origin: "AutoScalingGroup",
      destination: "EC2",
      direct: true,
    },
  };
}

export function incident(instance: string, changes: Partial<Incident> = {}): Incident {
  return {
    subject: { type: "instance", id: instance },
    ordinal: 1,
    account: "111122223333",
    region: "eu-west-1",
    availabilityZone: "eu-west-1a",
    action: "terminate",
    openedAt: T0,
    deadline: T0 + 120_000,
    signals: [],
    signalCount: 0,
    lifecycle: [],
    agents: {},
    hints: {},
    labels: {},
    firstEndingAt: T0,
    lastWarningAt: T0,
    launchedAt: null,
    seen: null,
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
    ...changes,
  };
}

export type IncidentChanges = Partial<Omit<Doc<"incident">, "body" | "kind">> & { readonly body?: Partial<Incident> };

/** A document that is not stored yet, due at T0. */
export function incidentDoc(instance: string, { body, ...changes }: IncidentChanges = {}): Doc<"incident"> {
  return {
    kind: "incident",
    key: `incident#${instance}#1`,
    schema: 1,
    version: 0,
    wakeAt: T0,
    tags: [`subject#${instance}`],
    ...changes,
    body: incident(instance, body),
  };
}

export function serviceDoc(name: string, changes: Partial<Omit<Doc<"service">, "kind">> = {}): Doc<"service"> {
  return {
    kind: "service",
    key: `service#${name}`,
    schema: 1,
    version: 0,
    wakeAt: null,
    tags: [],
    body: { heldFor: null, until: null },
    ...changes,
  };
}

export function note(key: string, text: string, at = T0): Entry {
  return { key, at, kind: "note", text, data: {} };
}
