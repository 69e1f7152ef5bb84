import type { Outcome } from "../model/incident.ts";

/** All outcomes, for filters and metrics; a new outcome does not compile without its entry here. */
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
