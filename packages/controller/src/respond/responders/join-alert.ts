import { alertKey, joinAlert as join, receiptOf, tells, type UnreportedReason } from "../../notify/join.ts";
import { groupOf, routesFor } from "../../notify/route.ts";
import type { Doc } from "../../model/doc.ts";
import { isSettled } from "../machine/steps.ts";
import type { Context, Responder } from "../responder.ts";

/** How long the alert waits until the cluster is known, by which it is grouped. */
const WAIT_FOR_CLUSTER = 3_000;
const RECHECK_AFTER = 500;

/**
 * Joins the open alert, or opens one, on each route of the incident, in one commit. Members are not stored in the
 * alert's document: incidents have its key as a tag. The commit checks that a joined alert is unchanged, since it might
 * be closing.
 */
export const joinAlert: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "tell people",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "join the alert of its group",
  async run(_step, ctx) {
    if (ctx.doc.kind !== "incident") return { is: "skip", reason: "only incidents are told" };
    const verdict = tells(ctx.doc.body, ctx.facts());
    if (!verdict.tells) {
      // A warning may still arrive, or EC2's reason of the end.
      if (verdict.again !== null) return { is: "wait", until: ctx.now + verdict.again, reason: verdict.reason };
      return { is: "skip", reason: verdict.reason, receipt: { withheld: verdict.code } };
    }
    if (waitsForCluster(ctx))
      return { is: "wait", until: ctx.now + RECHECK_AFTER, reason: "its cluster is being looked up" };
    const facts = ctx.facts();
    const routes = routesFor(ctx.routes, ctx.doc.body, facts);
    if (routes.length === 0)
      return { is: "skip", reason: "no route is for it", receipt: { withheld: "no-route" satisfies UnreportedReason } };
    const joined: Doc<"alert">[] = [];
    const writes: Doc[] = [];
    const unchanged: { readonly key: string; readonly version: number }[] = [];
    for (const route of routes) {
      const group = groupOf(route, ctx.doc.body, facts);
      const existing = await ctx.ledger.load(alertKey(group, route), "alert");
      const { doc, isNew } = join(existing, group, ctx.now, route);
      joined.push(doc);
      if (isNew) writes.push(doc);
      else unchanged.push({ key: doc.key, version: doc.version });
    }
    return { is: "done", receipt: receiptOf(joined), also: { writes, unchanged } };
  },
};

function waitsForCluster(ctx: Context): boolean {
  if (ctx.doc.kind !== "incident") return false;
  const facts = ctx.facts();
  if (facts.containerInstances.length > 0 || facts.notInEcs) return false;
  const looking = ctx.doc.body.steps.some((step) => step.id === "look-up" && !isSettled(step));
  return looking && ctx.now < ctx.doc.body.openedAt + WAIT_FOR_CLUSTER;
}
