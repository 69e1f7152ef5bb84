import type { Ask, Place, Receipt } from "../aws/aws.ts";
import type { Step } from "../record/doc.ts";
import { placeOf } from "./place.ts";
import type { Context, Responder, Result } from "./responder.ts";

/** "Already gone" is success; the receipt keeps which it was, because only what we did ourselves is ours to undo. */
export function doneBy(receipt: Receipt): Result {
  const { requestId, at, already } = receipt;
  return { is: "done", receipt: { requestId, at, already }, ...(already ? { note: "it was so already" } : {}) };
}

/** A responder that is one safe AWS write. */
export function safeWrite(
  title: (step: Step) => string,
  write: (step: Step, ctx: Context, at: Place, ask: Ask) => Promise<Receipt>,
): Responder {
  return {
    repeat: "safe",
    nature: "acts",
    title,
    run: async (step, ctx) =>
      doneBy(await write(step, ctx, placeOf(ctx.doc), { purpose: "act", deadline: ctx.deadline })),
  };
}
