import type { Outcome } from "../../model/incident.ts";

/** How an incident ended, in words for people. */
export const OUTCOMES: { readonly [O in Outcome]: string } = {
  drained: "drained",
  "nothing-drained": "nothing to drain",
  "deadline-passed": "not drained in time",
  cancelled: "not interrupted after all",
  "missed-notice": "ended without a warning",
  "plain-end": "ended normally",
  unclassified: "ended for reasons that EC2 does not tell",
  launched: "launched",
  outdated: "not interrupted: the message was about an earlier run of it",
  "returned-to-warm-pool": "back in the warm pool",
  told: "only recommended, no interruption followed",
  "handed-off": "left to its owner",
  "ignored-by-policy": "left alone by policy",
  "dry-run": "dry run, nothing was done",
};

/** Returns an outcome in words; a word that is no outcome stays as it is. */
export const outcomeWords = (outcome: string): string => OUTCOMES[outcome as Outcome] ?? outcome;
