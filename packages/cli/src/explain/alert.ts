import { buildAlert, type Doc, findResponder, joinAlert, tells } from "@spotkeeper/controller";

import type { ExplainedAlert, ExplainedPlan } from "./explanation.ts";

/**
 * Creates a function that returns the alert of a message, or null if it would tell people nothing new about its
 * incident.
 */
export function createAlertExplainer(): (
  doc: Doc<"incident">,
  planned: ExplainedPlan,
  asOf: number,
) => ExplainedAlert | null {
  const told = new Map<string, string>();
  return (doc, { plan, mode }, asOf) => {
    if (!plan.some((step) => step.responder === "join-alert") || !tells(doc.body).tells) return null;
    const { account, region } = doc.body;
    const { doc: alert } = joinAlert(null, { account, region, cluster: null, group: null }, asOf);
    const planned = { ...doc, body: { ...doc.body, mode: mode ?? doc.body.mode } };
    const { phase, severity, headline, ask } = buildAlert([{ doc: planned, facts: null }], alert, asOf, findResponder);
    // Compare headlines as of one instant: a shorter remaining time is not new.
    const news = buildAlert([{ doc: planned, facts: null }], alert, doc.body.openedAt, findResponder).headline;
    const before = told.get(doc.key);
    if (before === news) return null;
    told.set(doc.key, news);
    return { phase: before === undefined ? phase : "update", severity, headline, ask };
  };
}
