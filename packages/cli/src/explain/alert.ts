import { buildAlert, type Doc, findResponder, joinAlert, tells } from "@spotkeeper/controller";

import type { ExplainedAlert, ExplainedPlan } from "./explanation.ts";

/** Remembers what was told of an incident, so that a message is explained with an alert only where it brings news. */
export function createTeller(): (doc: Doc<"incident">, planned: ExplainedPlan, asOf: number) => ExplainedAlert | null {
  const told = new Map<string, string>();
  return (doc, { plan, mode }, asOf) => {
    if (!plan.some((step) => step.responder === "join-alert") || !tells(doc.body).tells) return null;
    const { account, region } = doc.body;
    const { doc: alert } = joinAlert(null, { account, region, cluster: null, group: null }, asOf);
    const planned = { ...doc, body: { ...doc.body, mode: mode ?? doc.body.mode } };
    const { phase, severity, headline, ask } = buildAlert([{ doc: planned, facts: null }], alert, asOf, findResponder);
    // Seconds that pass are no news.
    const news = buildAlert([{ doc: planned, facts: null }], alert, doc.body.openedAt, findResponder).headline;
    const before = told.get(doc.key);
    if (before === news) return null;
    told.set(doc.key, news);
    return { phase: before === undefined ? phase : "update", severity, headline, ask };
  };
}
