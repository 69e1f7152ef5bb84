import type { Source } from "../support/tree.ts";

/** A phrase that comments must not use: it is a riddle, or has several meanings. */
interface Phrase {
  readonly phrase: RegExp;
  readonly instead: string;
}

/** The terms are listed in docs/architecture.md ("Words"). */
const PHRASES: readonly Phrase[] = [
  { phrase: /\bnull: it is\b/i, instead: `"returns null if …"` },
  { phrase: /[;.,(] ?(?:null|undefined|0): [a-z]/i, instead: `"null means …", or "returns null if …"` },
  { phrase: /\bnull where\b/i, instead: `"null if …"` },
  { phrase: /\b(nobody|anybody|somebody|who) (has|asks|else)\b/i, instead: "the noun: a worker, a caller, a person" },
  { phrase: /\bas far as anybody\b/i, instead: "what is known, and from where" },
  { phrase: /\bwhat (came|became) of\b/i, instead: `"result" or "outcome"` },
  { phrase: /\bwhat is told\b/i, instead: `"content", "alert" or "delivered"` },
  { phrase: /\btold of\b/i, instead: `"notified of", or "contains"` },
  {
    phrase: /^(Answers|Asks|Tells|Says|Looks|Learns|Lays|Hears)\b/,
    instead: "returns, requests, reports, reads, adds",
  },
];

/** Names that were replaced; each value is the term that is used now. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["hear", "acceptSignal"],
  ["holdsOurs", "containsKnownInstance"],
  ["isAway", "isUnavailable"],
  ["isFirst", "isFirstAttempt"],
  ["lay", "planRound"],
  ["learn", "applySignal, feed, or add…"],
  ["learnt", "updated"],
  ["livesOn", "resetGone"],
  ["lookAgain", "nextEvaluation"],
  ["Looked", "Evaluation"],
  ["saysOf", "autoScalingErrorOf"],
  ["stillRight", "shouldServe"],
  ["takeBack", "revoke…"],
  ["unlearntOf", "unreadFactsOf"],
  ["Untold", "UnreportedReason"],
  ["untold", "unreported, undeliverable"],
  ["Whose", "EffectOrigin"],
  ["whom", "recipientsOf"],
  ["Withheld", "Suppression"],
]);

const CONTROLLER = "packages/controller/src/";

/** Finds words that were replaced by a term in comments and declarations of the controller. */
export function replacedWords(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith(CONTROLLER))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, n) => {
        const comment = /^\s*(?:\/\*\*|\*|\/\/) ?(.*)$/.exec(line)?.[1] ?? null;
        const found =
          comment === null
            ? declaredIn(line)
            : PHRASES.flatMap(({ phrase, instead }) => {
                const words = phrase.exec(comment)?.[0];
                return words === undefined ? [] : [`"${words}": write ${instead}`];
              });
        return found.map((one) => `${path}:${n + 1} ${one}`);
      }),
    );
}

/** Returns the replaced names that a line of code declares at the top level of a module. */
function declaredIn(line: string): string[] {
  const name = /^(?:export )?(?:async )?(?:function|const|interface|type|class) (\w+)/.exec(line)?.[1] ?? "";
  const instead = NAMES.get(name);
  return instead === undefined ? [] : [`${name}: write ${instead}`];
}
