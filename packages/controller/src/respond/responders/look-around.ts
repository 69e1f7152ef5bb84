import { plural } from "../../notify/message/count.ts";
import type { Entry } from "../../model/journal.ts";
import { placeOf } from "../step-input.ts";
import type { Also, Context, Responder } from "../responder.ts";

/** Maximum number of names in a journal entry; the rest is counted. */
const MOST_NAMES = 200;

/**
 * Runs the look-around; a replan then deregisters the targets that it found. Safe to repeat. The receipt has the number
 * of target groups that were not read (`left`; null means they could not be listed), for the alert; the timeline has their
 * names.
 */
export const lookAround: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "look for it in all load balancers",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "look for it in all load balancers",
  async run(_step, ctx) {
    const place = placeOf(ctx.doc);
    if (ctx.doc.kind !== "incident") return { is: "skip", reason: "it belongs to no incident" };
    const { left, why } = await ctx.lookAround(ctx.doc.body.subject.id, place, ctx.deadline);
    const receipt = { left: left === null ? null : left.length, why };
    const note = left === null || why !== null ? { note: `not all could be asked: ${why ?? "not listed"}` } : {};
    return { is: "done", receipt, ...note, ...namesOf(left ?? [], ctx) };
  },
};

function namesOf(left: readonly string[], { doc, clock }: Context): { readonly also?: Also } {
  if (left.length === 0) return {};
  const more = left.length > MOST_NAMES ? ` and ${left.length - MOST_NAMES} more` : "";
  const text = `${plural(left.length, "target group")} not looked at: ${left.slice(0, MOST_NAMES).join(", ")}${more}`;
  const entry: Entry = { key: doc.key, at: clock.now(), kind: "note", text, data: { unlooked: left.length } };
  return { also: { writes: [], journal: [entry] } };
}
