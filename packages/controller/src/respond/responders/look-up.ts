import type { Missing } from "../../enrich/facts.ts";
import type { Responder } from "../responder.ts";

/** Between two tries to learn what AWS would not say; AWS throttles or refuses meanwhile. */
const AGAIN = 2_000;
/** After so many tries the incident goes on with what is known, and says what is not. */
const MOST_TRIES = 6;

const NOT_FOUND = /(^|: )not-found/;
const DENIED = /(^|: )denied/;

/** EC2 does not know the instance, so that nothing more can be learnt; or all that is missing is refused. */
function isFinal(missing: readonly Missing[]): boolean {
  if (missing.some(({ what, why }) => what === "instance" && NOT_FOUND.test(why))) return true;
  // Whose it is follows from the rest.
  return missing.every(({ what, why }) => what === "owner" || DENIED.test(why) || NOT_FOUND.test(why));
}

/** A document is at most 8 kB. */
const LONGEST_WHY = 120;

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
    const missing = facts.missing.map((one) => ({ what: one.what, why: one.why.slice(0, LONGEST_WHY) }));
    if (facts.complete || missing.length === 0) return { is: "done", receipt: { missing } };
    // What AWS does not know, or does not let us know, it will not tell at the next try either.
    if (isFinal(facts.missing)) return { is: "done", receipt: { missing } };
    const said = missing.map((one) => `${one.what} (${one.why})`).join(", ");
    if (step.attempts + 1 >= MOST_TRIES) return { is: "done", receipt: { missing }, note: `not learnt: ${said}` };
    return { is: "wait", until: ctx.now + AGAIN, reason: `not learnt yet: ${said}` };
  },
};
