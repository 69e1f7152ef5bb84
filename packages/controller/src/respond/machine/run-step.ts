import { AwsFailure } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { whenNoResult } from "../../durable/intent.ts";
import { nextTry, type BackoffLimits } from "../../durable/retry.ts";
import { SpotkeeperError } from "../../errors.ts";
import type { Step } from "../../model/step.ts";
import type { Finished } from "./apply.ts";
import type { Context, Responder, Result } from "../responder.ts";

/** A warning leaves two minutes: a step must have many attempts in that time. */
const STEP_BACKOFF: BackoffLimits = { first: 500, longest: 10_000 };

/**
 * Runs one step once. An intended step with `repeat: "verify"` is verified first; an intended step with "at-most-once"
 * fails without a repetition. Never rejects: errors are returned as failures.
 *
 * @param random 0..1, for jitter
 */
export async function runStep(responder: Responder, step: Step, ctx: Context, random: () => number): Promise<Finished> {
  const base = {
    step,
    title: responder.title(step),
    acts: responder.nature === "acts" && ctx.doc.kind === "incident",
    startedAt: ctx.now,
  };
  try {
    return { ...base, result: await attempt(responder, step, ctx) };
  } catch (error) {
    return { ...base, failure: failureOf(error, responder, step, ctx.clock.now(), random) };
  }
}

async function attempt(responder: Responder, step: Step, ctx: Context): Promise<Result> {
  if (step.state !== "intended") return responder.run(step, ctx);
  switch (whenNoResult(responder.repeat)) {
    case "repeat":
      return responder.run(step, ctx);
    case "give-up":
      throw new SpotkeeperError(
        "SK-STEP-UNKNOWN",
        "it was begun before a restart, and may have happened: not repeated",
      );
    case "verify": {
      const seen = "verify" in responder ? await verified(responder.verify(step, ctx)) : "unknown";
      if (seen === "not-done") return responder.run(step, ctx);
      if (seen !== "unknown") return seen;
      throw new SpotkeeperError(
        "SK-STEP-LOOK",
        "it was begun before a restart, and AWS does not say yet whether it happened",
      );
    }
  }
}

/** Makes a refused verification retryable, since it does not show whether the write happened. */
async function verified<T>(verifying: Promise<T>): Promise<T> {
  try {
    return await verifying;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.fields.retryable) throw error;
    throw new SpotkeeperError("SK-STEP-LOOK", `whether it happened could not be asked: ${error.message}`);
  }
}

/**
 * Decides whether a failed step is retried; the only place that does. A waiting step is always retried until its time
 * limit, since a failed read does not show that the wait is over.
 */
function failureOf(
  error: unknown,
  responder: Responder,
  step: Step,
  now: Ms,
  random: () => number,
): Extract<Finished, { readonly failure: unknown }>["failure"] {
  // Its budget moves with its plan, and what follows from its end with it: next.ts gives it up, and nobody does before.
  const retryAt = (notBefore: Ms | null): Ms | null =>
    nextTry({ at: now, tries: step.attempts + 1, notBefore, endsAt: Infinity }, STEP_BACKOFF, random());
  if (error instanceof AwsFailure) {
    const reason = `${error.fields.kind}: ${error.message}`;
    if (!error.fields.retryable)
      return { reason, retryAt: responder.nature === "waits" ? now + STEP_BACKOFF.longest : null };
    const unanswered = error.fields.kind === "unavailable" || error.fields.kind === "timed-out";
    const mayBeDone = responder.undoneBy !== null && unanswered;
    return { reason, retryAt: retryAt(error.fields.retryAt ?? null), ...(mayBeDone ? { mayBeDone } : {}) };
  }
  if (error instanceof SpotkeeperError && error.code === "SK-STEP-UNKNOWN")
    return { reason: error.message, retryAt: null };
  const reason = error instanceof Error ? error.message : String(error);
  return { reason, retryAt: retryAt(null) };
}
