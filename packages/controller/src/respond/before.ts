import type { Facet, Known } from "../inventory/inventory.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import type { Context } from "./responder.ts";

/**
 * Whose effect a settled step was: AWS answers "done" all the same where there was nothing to do, so that only what was
 * known before can tell. `theirs` names those of its targets that somebody else had taken out.
 */
export interface Whose {
  readonly ours: "yes" | "no" | "unknown";
  readonly theirs: readonly string[];
}

/** Whether nobody of us can have run this step before. A worker that was killed, or an answer that was lost, leaves no trace. */
export const isFirst = (step: Step, { opened }: Pick<Context, "opened">): boolean => step.attempts === 0 && opened;

/**
 * What was known of something before any of us can have touched it for this incident.
 *
 *     looked ── incident opens ── we act ── looked again     the first look counts, the second shows what we did
 */
export function knownBefore<F extends Facet>(facet: F, id: string, step: Step, ctx: Context): Known<F> | undefined {
  const known = ctx.inventory.get(facet, id);
  if (known === undefined || isFirst(step, ctx)) return known;
  return known.observedAt < openedAt(ctx.doc) ? known : undefined;
}

export const openedAt = (doc: Doc): number => (doc.kind === "incident" ? doc.body.openedAt : 0);

/** Whose effect a settled step was, by its receipt. Those of earlier versions say only that it was so `already`. */
export function whoseWas({ receipt }: Pick<Step, "receipt">): Whose {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return { ours: "yes", theirs: [] };
  const { ours, already, theirs } = receipt as { readonly [name: string]: Plain };
  return {
    ours: ours === "no" || ours === "unknown" ? ours : ours === undefined && already === true ? "no" : "yes",
    theirs: Array.isArray(theirs) ? theirs.filter((one): one is string => typeof one === "string") : [],
  };
}

/** The receipt of a step that is tried again, or given up, after a try that AWS did not answer. */
export const MAY_BE_DONE: Plain = { mayBeDone: true };

export const isMayBeDone = (receipt: Plain): boolean =>
  receipt !== null && typeof receipt === "object" && "mayBeDone" in receipt;
