import type { Facet, Known } from "../inventory/inventory.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import type { Context } from "./responder.ts";

/**
 * Who caused the effect of a settled step. AWS also answers "done" if there was nothing to do, so only the earlier
 * state shows it. `theirs` names targets that someone else had deregistered before.
 */
export interface EffectOrigin {
  readonly ours: "yes" | "no" | "unknown";
  readonly theirs: readonly string[];
}

/** Whether no worker can have run this step before. A killed worker or a lost answer leaves no trace. */
export const isFirstAttempt = (step: Step, { opened }: Pick<Context, "opened">): boolean =>
  step.attempts === 0 && opened;

/**
 * Returns the observation of a facet from before any worker can have acted for this incident; undefined if there is
 * none.
 *
 *     read ── incident opens ── we act ── read again     the first read counts, the second shows our own effect
 */
export function knownBefore<F extends Facet>(facet: F, id: string, step: Step, ctx: Context): Known<F> | undefined {
  const known = ctx.inventory.get(facet, id);
  if (known === undefined || isFirstAttempt(step, ctx)) return known;
  return known.observedAt < openedAt(ctx.doc) ? known : undefined;
}

export const openedAt = (doc: Doc): number => (doc.kind === "incident" ? doc.body.openedAt : 0);

/** Reads from a receipt who caused the effect. Receipts of earlier versions have only `already`. */
export function effectOriginIn({ receipt }: Pick<Step, "receipt">): EffectOrigin {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return { ours: "yes", theirs: [] };
  const { ours, already, theirs } = receipt as { readonly [name: string]: Plain };
  return {
    ours: ours === "no" || ours === "unknown" ? ours : ours === undefined && already === true ? "no" : "yes",
    theirs: Array.isArray(theirs) ? theirs.filter((one): one is string => typeof one === "string") : [],
  };
}

/** The receipt of a step that is retried or abandoned after an attempt that AWS did not answer. */
export const MAY_BE_DONE: Plain = { mayBeDone: true };

export const isMayBeDone = (receipt: Plain): boolean =>
  receipt !== null && typeof receipt === "object" && "mayBeDone" in receipt;
