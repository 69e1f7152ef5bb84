import type { Outcome } from "../model/incident.ts";

/** Every outcome; a new one does not compile until it stands here, so that filters and metrics know it. */
const ALL = {
  drained: true,
  "nothing-drained": true,
  "deadline-passed": true,
  cancelled: true,
  "missed-notice": true,
  "plain-end": true,
  unclassified: true,
  launched: true,
  outdated: true,
  "returned-to-warm-pool": true,
  told: true,
  "handed-off": true,
  "ignored-by-policy": true,
  "dry-run": true,
} as const satisfies Readonly<Record<Outcome, true>>;

export const outcomes: readonly Outcome[] = Object.keys(ALL) as Outcome[];
