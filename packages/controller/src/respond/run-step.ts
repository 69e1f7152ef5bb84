import { AwsFailure } from "../aws/failure.ts";
import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Step } from "../model/step.ts";
import type { Finished } from "./apply.ts";
import type { Context, Responder, Result } from "./responder.ts";

/** First and longest pause between retries. */
const FIRST_PAUSE: Ms = 500;
const LONGEST_PAUSE: Ms = 10_000;

/**
 * Runs one step once. An intended step with `repeat: "look"` is verified first; an intended step with "at-most-once"
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
  switch (responder.repeat) {
    case "safe":
    case "token":
      return responder.run(step, ctx);
    case "at-most-once":
      throw new SpotkeeperError(
        "SK-STEP-UNKNOWN",
        "it was begun before a restart, and may have happened: not repeated",
      );
    case "look": {
      const seen = await looked(responder.look(step, ctx));
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
async function looked<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
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
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(step.attempts, 10));
  const pause = Math.round(longest * (0.5 + random() / 2));
  if (error instanceof AwsFailure) {
    const reason = `${error.fields.kind}: ${error.message}`;
    if (!error.fields.retryable) return { reason, retryAt: responder.nature === "waits" ? now + LONGEST_PAUSE : null };
    const unanswered = error.fields.kind === "unavailable" || error.fields.kind === "timed-out";
    const mayBeDone = responder.undoneBy !== null && unanswered;
    return { reason, retryAt: Math.max(error.fields.retryAt ?? 0, now + pause), ...(mayBeDone ? { mayBeDone } : {}) };
  }
  if (error instanceof SpotkeeperError && error.code === "SK-STEP-UNKNOWN")
    return { reason: error.message, retryAt: null };
  const reason = error instanceof Error ? error.message : String(error);
  return { reason, retryAt: now + pause };
}
