import type { Doc } from "../../model/doc.ts";
import { isLast } from "../../decide/last.ts";
import { number, text } from "../step-input.ts";
import type { Responder } from "../responder.ts";

const POLL = 3_000;

const serviceKey = (targetGroupArn: string): string => `service#${targetGroupArn}`;

/**
 * Keeps a target group's last healthy target registered until another is healthy, or until the last safe moment. Of
 * several doomed targets only the one in the service's document is held; the others are deregistered at once.
 *
 *     A: load v0 ── take: heldFor A ── commit v1 ✓
 *     B:  load v0 ──── take: heldFor B ── commit ✗ → load v1: A is held, B is deregistered
 */
export const holdLast: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "hold the last healthy target",
  isShown: true,
  empties: "holds back",
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: () => "hold the last healthy target",
  async run(step, ctx) {
    const arn = text(step, "targetGroupArn");
    const until = number(step.params, "until");
    const held = await ctx.ledger.load(serviceKey(arn), "service");
    const mine = held?.body.heldFor === ctx.doc.key;
    const free = (): { also: { writes: Doc[] } } | object =>
      mine && held !== null ? { also: { writes: [{ ...held, body: { heldFor: null, until: null } }] } } : {};
    if (ctx.now >= until) return { is: "done", receipt: null, note: "the last safe moment has come", ...free() };
    await ctx.lookUp("tell", Math.min(until, ctx.now + POLL));
    if (!isLast(ctx.facts(), arn)) return { is: "done", receipt: null, note: "another target is healthy", ...free() };
    if (mine) return { is: "wait", until: Math.min(until, ctx.now + POLL), reason: "it is the last healthy target" };
    const taken = held?.body.heldFor !== null && held?.body.heldFor !== undefined && (held.body.until ?? 0) > ctx.now;
    if (taken) return { is: "done", receipt: null, note: "another doomed target is held in its place" };
    const service: Doc<"service"> = held ?? {
      kind: "service",
      key: serviceKey(arn),
      schema: 1,
      version: 0,
      wakeAt: null,
      tags: [],
      body: { heldFor: null, until: null },
    };
    return {
      is: "wait",
      until: Math.min(until, ctx.now + POLL),
      reason: "it is the last healthy target",
      also: { writes: [{ ...service, body: { heldFor: ctx.doc.key, until } }] },
    };
  },
};
