import type { Incident } from "@spotkeeper/controller";
import type { View } from "../../../src/sandbox/render.ts";

/** The hour of the picture. */
export const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

/** One that is open, with 90 s left. */
export const incident = (more: Partial<Incident> = {}): Incident => ({
  subject: { type: "instance", id: "i-0123456789abcdef0" },
  ordinal: 1,
  account: "123456789012",
  region: "us-east-1",
  availabilityZone: "us-east-1a",
  action: "terminate",
  openedAt: NOW - 30_000,
  deadline: NOW + 90_000,
  signals: [{ id: "1", kind: "spot-interruption", at: NOW - 31_000, receivedAt: NOW - 30_000, source: "sqs" }],
  signalCount: 1,
  lifecycle: [],
  agents: {},
  hints: {},
  firstEndingAt: null,
  lastWarningAt: null,
  launchedAt: null,
  seen: null,
  labels: { group: "shop-web", instanceType: "m5.large" },
  rule: "default",
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
  ...more,
});

/** An alert that was sent just now. */
export const sent = (head: string, stakes: readonly string[] = []): View["alerts"][number] => ({
  at: NOW,
  head,
  stakes,
});

/** A picture with one incident of each kind. */
export const view = (more: Partial<View> = {}): View => ({
  now: NOW,
  speed: 6,
  slow: true,
  trace: "p3-trace.csv",
  url: "http://127.0.0.1:8787",
  fleet: [
    { name: "shop-web", desired: 4, inService: 3, cells: ["spot", "spot", "on-demand", "draining"] },
    { name: "ci", desired: 1, inService: 1, cells: ["spot"] },
  ],
  open: [incident()],
  ended: [
    incident({ outcome: "drained", drainedAt: NOW, goneAt: NOW + 90_000, servesAt: NOW + 120_000, closedAt: NOW }),
  ],
  alerts: [
    sent("12:00:00 CRITICAL receipt: 1 instance is reclaimed", ["checkout keeps 1 of 4 tasks, below its minimum of 4"]),
  ],
  trouble: null,
  summary: {
    incidents: 2,
    open: 1,
    closed: 1,
    outcomes: { drained: 1, open: 1 },
    due: 1,
    drainedInTime: 1,
    tasksLost: 0,
    marginSeconds: { p50: 90, min: 90 },
    duplicateEffects: 0,
    awsCalls: 42,
    throttled: 0,
  },
  ...more,
});
