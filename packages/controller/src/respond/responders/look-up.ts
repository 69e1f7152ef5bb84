import type { Ms } from "../../clock.ts";
import { namedAt, READS_LAG } from "../../correlate/named.ts";
import type { Missing } from "../../enrich/facts.ts";
import type { Context, Responder } from "../responder.ts";

/** Between two tries to learn what AWS would not say; AWS throttles or refuses meanwhile. */
const AGAIN: Ms = 2_000;
/** After so many tries the incident goes on with what is known; its closer look-up goes on asking while there is time. */
const MOST_TRIES = 6;
/** Between two later tries. */
const AGAIN_LATER: Ms = 10_000;

const NOT_FOUND = /(^|: )not-found/;
/** What may be answered at another try. */
const PASSING = /(^|: )(throttled|unavailable|timed-out|conflict|invalid|not asked yet)/;

const isUnknown = (missing: readonly Missing[]): boolean =>
  missing.some(({ what, why }) => what === "instance" && NOT_FOUND.test(why));

/** EC2 does not know the instance, so that nothing more can be learnt; or nothing of what is missing can be (whose it is follows from the rest). */
const isFinal = (missing: readonly Missing[]): boolean =>
  isUnknown(missing) || !missing.some(({ what, why }) => what !== "owner" && PASSING.test(why));

/** Whether EC2 must know the instance soon, since somebody has just spoken of it. */
function isToCome(missing: readonly Missing[], { doc, now }: Context): boolean {
  const named = doc.kind === "incident" ? namedAt(doc.body) : null;
  return isUnknown(missing) && named !== null && now < named + READS_LAG;
}

/** A document is at most 8 kB. */
const LONGEST_WHY = 120;
const MOST_WHYS = 8;

/** Asks AWS what the inventory lacks. Reading twice changes nothing. */
export const lookUp: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "look up what it is and what is at stake",
  isTold: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => (step.params["depth"] === "act" ? "look up what draining needs" : "look up what is at stake"),
  async run(step, ctx) {
    const depth = step.params["depth"] === "act" ? "act" : "tell";
    await ctx.lookUp(depth, ctx.deadline);
    const facts = ctx.facts();
    // What is known from before leads to all that it ever led to.
    const missing = facts.missing
      .filter(({ before }) => before !== true)
      .slice(0, MOST_WHYS)
      .map((one) => ({ what: one.what, why: one.why.slice(0, LONGEST_WHY) }));
    const receipt = { missing };
    if (facts.missing.length === 0 || (depth === "act" && facts.complete)) return { is: "done", receipt };
    // What AWS does not know, or does not let us know, it will not tell at the next try either.
    if (!isToCome(facts.missing, ctx) && isFinal(facts.missing)) return { is: "done", receipt };
    const said = facts.missing.map((one) => `${one.what} (${one.why})`).join(", ");
    const isEnough = step.attempts + 1 >= MOST_TRIES;
    if (isEnough && depth === "act") return { is: "done", receipt, note: `not learnt: ${said}` };
    const until = ctx.now + (isEnough ? AGAIN_LATER : AGAIN);
    return { is: "wait", until, reason: `not learnt yet: ${said}`, receipt };
  },
};
