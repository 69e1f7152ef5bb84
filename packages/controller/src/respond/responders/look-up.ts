import type { Ms } from "../../clock.ts";
import { lastMentionedAt, READS_LAG } from "../../correlate/stale-reads.ts";
import type { Missing } from "../../enrich/facts.ts";
import type { Context, Responder } from "../responder.ts";

/** Pause before failed reads are retried. */
const AGAIN: Ms = 2_000;
/**
 * After this number of attempts draining continues with the known facts; the look-up for the alert continues while
 * there is time.
 */
const MOST_TRIES = 6;
/** Pause between later attempts. */
const AGAIN_LATER: Ms = 10_000;

const NOT_FOUND = /(^|: )not-found/;
/** Failures that may succeed at a retry. */
const PASSING = /(^|: )(throttled|unavailable|timed-out|conflict|invalid|not asked yet)/;

const isUnknown = (missing: readonly Missing[]): boolean =>
  missing.some(({ what, why }) => what === "instance" && NOT_FOUND.test(why));

/**
 * Whether retries are useless: EC2 does not find the instance, or no missing fact can succeed at a retry (the owner
 * follows from the others).
 */
const isFinal = (missing: readonly Missing[]): boolean =>
  isUnknown(missing) || !missing.some(({ what, why }) => what !== "owner" && PASSING.test(why));

/** Whether EC2 will find the instance soon, since a recent signal proves that it exists. */
function isToCome(missing: readonly Missing[], { doc, now }: Context): boolean {
  const named = doc.kind === "incident" ? lastMentionedAt(doc.body) : null;
  return isUnknown(missing) && named !== null && now < named + READS_LAG;
}

/** Bounds of the receipt. */
const LONGEST_WHY = 120;
const MOST_WHYS = 8;

/** Reads the facts that the inventory lacks. Safe to repeat. */
export const lookUp: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "look up what it is and what is at stake",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => (step.params["depth"] === "act" ? "look up what draining needs" : "look up what is at stake"),
  async run(step, ctx) {
    const depth = step.params["depth"] === "act" ? "act" : "tell";
    await ctx.lookUp(depth, ctx.deadline);
    const facts = ctx.facts();
    // Facts with an older observation do not count as missing: they lead to the same registrations.
    const missing = facts.missing
      .filter(({ before }) => before !== true)
      .slice(0, MOST_WHYS)
      .map((one) => ({ what: one.what, why: one.why.slice(0, LONGEST_WHY) }));
    const receipt = { missing };
    if (facts.missing.length === 0 || (depth === "act" && facts.complete)) return { is: "done", receipt };
    // "Not found" and "denied" are not retried.
    if (!isToCome(facts.missing, ctx) && isFinal(facts.missing)) return { is: "done", receipt };
    const said = facts.missing.map((one) => `${one.what} (${one.why})`).join(", ");
    const isEnough = step.attempts + 1 >= MOST_TRIES;
    if (isEnough && depth === "act") return { is: "done", receipt, note: `not learnt: ${said}` };
    const until = ctx.now + (isEnough ? AGAIN_LATER : AGAIN);
    return { is: "wait", until, reason: `not learnt yet: ${said}`, receipt };
  },
};
