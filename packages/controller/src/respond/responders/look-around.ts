import { plural } from "../../notify/message/count.ts";
import type { Entry } from "../../model/journal.ts";
import { placeOf } from "../place.ts";
import type { Also, Context, Responder } from "../responder.ts";

/** A journal's entry stays readable: of more names the rest is counted. */
const MOST_NAMES = 200;

/**
 * Looks for the instance in load balancers that nothing leads to; what it finds is planned then. Reading twice changes
 * nothing. The receipt says how many target groups were not looked at (`left`; null: they could not be listed), for the
 * alert; the timeline has their names.
 */
export const lookAround: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "look for it in all load balancers",
  isTold: false,
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
