import type { Ask, Place, Receipt } from "../aws/ask.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { isFirstAttempt, type EffectOrigin } from "./effect-origin.ts";
import { placeOf } from "./step-input.ts";
import type { Context, Description, Responder, Result } from "./responder.ts";

/** Makes a done result from a receipt; "already gone" is success. */
export function doneBy(receipt: Receipt, more: { readonly [name: string]: Plain } = {}): Result {
  const { requestId, at, already } = receipt;
  return {
    is: "done",
    receipt: { requestId, at, already, ...more },
    ...(already ? { note: "it was so already" } : {}),
  };
}

type Write = (step: Step, ctx: Context, at: Place, ask: Ask) => Promise<Receipt>;

/** Makes a responder of one safe AWS write. */
export function safeWrite(what: Omit<Description, "nature">, write: Write): Responder {
  return {
    ...what,
    repeat: "safe",
    nature: "acts",
    run: async (step, ctx) =>
      doneBy(await write(step, ctx, placeOf(ctx.doc), { purpose: "act", deadline: ctx.deadline })),
  };
}

/**
 * Makes a responder of one safe AWS write that deregisters or removes something, and is undone if the effect was ours.
 * The answer "already gone" means someone else's effect only at the first attempt; a repetition finds our own.
 *
 * @param before returns whose effect it will be, by the state before; may read AWS briefly
 */
export function takeAway(
  what: Pick<Description, "title" | "phrase" | "undoneBy"> & Partial<Pick<Description, "empties">>,
  before: (step: Step, ctx: Context) => EffectOrigin["ours"] | Promise<EffectOrigin["ours"]>,
  write: Write,
): Responder {
  return {
    empties: "takes off",
    ...what,
    repeat: "safe",
    nature: "acts",
    isShown: true,
    byHand: true,
    withoutLedger: true,
    async run(step, ctx) {
      const known = await before(step, ctx);
      const receipt = await write(step, ctx, placeOf(ctx.doc), { purpose: "act", deadline: ctx.deadline });
      const ours = receipt.already && isFirstAttempt(step, ctx) ? "no" : known;
      return doneBy(receipt, { ours });
    },
  };
}
