import type { IncidentView } from "@spotkeeper/controller";

/** What a mark says of an instance; each state has a glyph as well as a colour. */
export type State = "doomed" | "draining" | "drained" | "replaced" | "quiet" | "unknown";

export const GLYPH: { readonly [S in State]: string } = {
  doomed: "!",
  draining: "▼",
  drained: "✓",
  replaced: "+",
  quiet: "∅",
  unknown: "?",
};

export const WORDS: { readonly [S in State]: string } = {
  doomed: "not drained in time",
  draining: "draining",
  drained: "drained",
  replaced: "drained, and its replacement serves",
  quiet: "not interrupted, or left alone",
  unknown: "not known",
};

/** Returns the state of an incident, by the worker's time. */
export function stateOf(one: IncidentView, now: number): State {
  if (
    one.cancelledAt !== null ||
    ["cancelled", "told", "outdated", "plain-end", "launched"].includes(one.outcome ?? "")
  )
    return "quiet";
  if (one.mode === "observe") return "quiet";
  if (one.outcome === "deadline-passed" || one.outcome === "missed-notice") return "doomed";
  if (one.servesAt !== null) return "replaced";
  if (one.drainedAt !== null || one.outcome === "drained" || one.outcome === "nothing-drained") return "drained";
  if (!one.open) return "unknown";
  if (one.deadline === null) return "quiet";
  return Date.parse(one.deadline) > now ? "draining" : "doomed";
}

/** How an incident ended, in the words of alerts. */
export const OUTCOME_WORDS: { readonly [O in NonNullable<IncidentView["outcome"]>]: string } = {
  drained: "drained",
  "nothing-drained": "nothing to drain",
  "deadline-passed": "not drained in time",
  cancelled: "not interrupted after all",
  "missed-notice": "ended without a warning",
  "plain-end": "ended normally",
  unclassified: "ended, reason not told",
  launched: "launched",
  outdated: "message of an earlier run",
  "returned-to-warm-pool": "back in the warm pool",
  told: "only recommended",
  "handed-off": "left to its owner",
  "ignored-by-policy": "left alone by policy",
  "dry-run": "dry run",
};

export const OUTCOME_STATE: { readonly [O in NonNullable<IncidentView["outcome"]>]: State } = {
  drained: "drained",
  "nothing-drained": "drained",
  "deadline-passed": "doomed",
  cancelled: "quiet",
  "missed-notice": "doomed",
  "plain-end": "quiet",
  unclassified: "unknown",
  launched: "quiet",
  outdated: "quiet",
  "returned-to-warm-pool": "quiet",
  told: "quiet",
  "handed-off": "quiet",
  "ignored-by-policy": "quiet",
  "dry-run": "quiet",
};

export const shortId = (id: string): string => {
  const last = id.slice(id.lastIndexOf("/") + 1);
  return last.length > 22 ? `${last.slice(0, 12)}…` : last;
};
