import type { Replacement } from "../../model/group.ts";
import type { Step } from "../../model/step.ts";
import { groupKey, withReplacement } from "../group/document.ts";
import { isSettled } from "../machine/steps.ts";
import { NOT_ENDED } from "./terminate-detached.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";

const POLL = 3_000;

/**
 * Marks in the group's document that the instance has drained: the group's machine then terminates it (with decrement
 * after a raise), and this step waits until that is settled. Cancels a replacement that has not begun.
 */
export const releaseToGroup: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "finish what was begun in its group",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: (step) => `hand the drained instance to the group ${shown(step, "group")}`,
  run: async (step, ctx) => hand(step, ctx),
};

async function hand(step: Step, ctx: Context): Promise<Result> {
  const { region, account } = placeOf(ctx.doc);
  const group = await ctx.ledger.load(groupKey({ account, region, name: text(step, "group") }), "group");
  const mine = group?.body.replacing[ctx.doc.key];
  if (group === null || mine === undefined) {
    if (!stillAsks(ctx)) return { is: "skip", reason: "it is not under replacement" };
    return { is: "wait", until: ctx.now + POLL, reason: "the group has yet to be asked" };
  }
  const to = (state: Replacement["state"]): { writes: (typeof group)[] } => ({
    writes: [withReplacement(group, ctx.doc.key, { ...mine, state, since: ctx.now }, ctx.now)],
  });
  switch (mine.state) {
    case "asked":
      return { is: "skip", reason: "it has drained before a replacement was begun", also: to("cancelled") };
    case "launching":
    case "serves":
      return { is: "wait", until: ctx.now + POLL, reason: "it is being retired", also: to("retiring") };
    case "retiring":
      return { is: "wait", until: ctx.now + POLL, reason: "it is being retired" };
    case "lowering":
      return { is: "wait", until: ctx.now + POLL, reason: "what was raised for it is being lowered" };
    case "settled":
    case "refused":
    case "cancelled":
      return {
        is: "done",
        receipt: { state: mine.state, ...(isLeft(mine) ? { left: true } : {}) },
        ...(mine.reason === null ? {} : { note: mine.reason }),
      };
  }
}

/** Whether the instance was detached and could not be terminated; the alert reports this. */
const isLeft = ({ reason }: Replacement): boolean => reason?.startsWith(NOT_ENDED) === true;

const stillAsks = ({ doc }: Context): boolean =>
  doc.kind === "incident" && doc.body.steps.some((step) => step.responder === "ask-replacement" && !isSettled(step));
