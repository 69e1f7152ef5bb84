import type { Facts } from "../../enrich/facts.ts";
import { alertKey, joinAlert as join, tells } from "../../notify/join.ts";
import { isSettled } from "../steps.ts";
import type { Context, Responder } from "../responder.ts";

/** An alert is grouped by cluster where that is learnt this soon; people are not kept waiting for it longer. */
const WAIT_FOR_CLUSTER = 3_000;
const LOOK_AGAIN = 500;

/**
 * Joins the alert of its group, or opens one. Nobody appends to the alert's document: members carry its key as a tag,
 * and an incident only makes sure that the alert it joins has not changed (it might just be closing).
 */
export const joinAlert: Responder = {
  repeat: "safe",
  nature: "observes",
  title: () => "tell people",
  async run(_step, ctx) {
    if (ctx.doc.kind !== "incident") return { is: "skip", reason: "only incidents are told" };
    const verdict = tells(ctx.doc.body, ctx.facts());
    if (!verdict.tells) {
      // A warning may still come, or EC2 may yet say why it ended.
      if (verdict.again !== null) return { is: "wait", until: ctx.now + verdict.again, reason: verdict.reason };
      return { is: "skip", reason: verdict.reason, receipt: { withheld: verdict.code } };
    }
    if (waitsForCluster(ctx))
      return { is: "wait", until: ctx.now + LOOK_AGAIN, reason: "its cluster is being looked up" };
    const { account, region } = ctx.doc.body;
    const facts = ctx.facts();
    const group = { account, region, cluster: clusterOf(facts), group: facts.groupName };
    const existing = await ctx.ledger.load(alertKey(group), "alert");
    const { doc, isNew } = join(existing, group, ctx.now);
    return {
      is: "done",
      receipt: { key: doc.key, generation: doc.body.generation },
      also: isNew ? { writes: [doc] } : { writes: [], unchanged: [{ key: doc.key, version: doc.version }] },
    };
  },
};

/** The container instance's, or a Fargate task's own. */
const clusterOf = (facts: Facts): string | null =>
  facts.containerInstance?.clusterArn ?? facts.tasks[0]?.task.clusterArn ?? null;

function waitsForCluster(ctx: Context): boolean {
  if (ctx.doc.kind !== "incident") return false;
  const facts = ctx.facts();
  if (facts.containerInstance !== null || facts.notInEcs) return false;
  const looking = ctx.doc.body.steps.some((step) => step.id === "look-up" && !isSettled(step));
  return looking && ctx.now < ctx.doc.body.openedAt + WAIT_FOR_CLUSTER;
}
