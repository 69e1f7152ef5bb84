import { isDeepStrictEqual } from "node:util";
import type { Ms } from "../clock.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Step } from "../model/step.ts";
import { apply, type Finished } from "./apply.ts";
import { type Elsewhere, NOTHING_ELSEWHERE, together } from "./elsewhere.ts";
import { next } from "./next.ts";
import type { Refreshed } from "./refreshed.ts";
import { mapSteps, stepsOf } from "./steps.ts";

/** The longest an outside call may take: an intent is not looked at before (the call may still be under way). */
const CALL_BOUND: Ms = 10_000;

export interface LayDeps<K extends Kind> {
  /** Pure: plans again and settles what follows. */
  readonly refresh: (doc: Doc<K>, now: Ms) => Refreshed<Doc<K>>;
  readonly isSafe: (step: Step) => boolean;
  /** How long nobody else need look at what is under way here (guard.ts). */
  readonly guard: () => Ms;
}

/** What one round makes of a document: what is to be stored, and what is due by then. */
export interface Laid<K extends Kind> {
  readonly doc: Doc<K>;
  readonly due: readonly Step[];
  readonly upcomingAt: Ms | null;
  readonly entries: readonly Entry[];
  readonly elsewhere: Elsewhere;
  /** Nothing is to be written. */
  readonly unchanged: boolean;
  /** Nothing but `wakeAt` has changed: most of what is written, since a guard is renewed while steps run. */
  readonly onlyWakes: boolean;
}

/** Pure: lays results over the document, plans again, and finds what is due; what is not safe is intended first. */
export function lay<K extends Kind>(
  deps: LayDeps<K>,
  base: Doc<K>,
  results: readonly Finished[],
  running: ReadonlySet<string>,
  now: Ms,
): Laid<K> {
  const entries: Entry[] = [];
  let elsewhere = NOTHING_ELSEWHERE;
  let doc = base;
  const replan = (): void => {
    const made = deps.refresh(doc, now);
    doc = made.doc;
    entries.push(...made.entries);
  };
  // A result is laid over the plan that its step is a part of, and planning follows by what it has shown. That can be the
  // first to have the step of another: with the ledger away, none of it is stored yet.
  if (!results.some(plannedIn(doc as Doc))) replan();
  for (let left = results; left.length > 0;) {
    const planned = left.filter(plannedIn(doc as Doc));
    // The plan has none of the others any more.
    const laid = planned.length > 0 ? planned : left;
    for (const one of laid) {
      let applied = apply(doc as Doc, one, now);
      const also = applied.counts && "result" in one ? one.result.also : undefined;
      const all = also === undefined ? elsewhere : together(elsewhere, also);
      if (all === null) applied = apply(doc as Doc, again(one, now, "another step of it wrote first"), now);
      else elsewhere = all;
      doc = applied.doc as Doc<K>;
      entries.push(...applied.entries, ...(all === null ? [] : (also?.journal ?? [])));
    }
    left = left.filter((one) => !laid.includes(one));
    replan();
  }

  const upcoming = next(doc as Doc, now);
  const due = upcoming.due.filter((step) => !running.has(step.id));
  const intents = new Set(due.filter((step) => !deps.isSafe(step)).map((step) => step.id));
  if (intents.size > 0) {
    doc = mapSteps(doc as Doc, (step) =>
      intents.has(step.id) && step.state !== "intended"
        ? { ...step, state: "intended" as const, startedAt: step.startedAt ?? now, retryAt: now + CALL_BOUND }
        : step,
    ) as Doc<K>;
  }
  const busy = due.length > 0 || running.size > 0;
  doc = { ...doc, wakeAt: busy ? now + deps.guard() : earliest(upcoming.wakeAt, doc.wakeAt) };
  // Before anything that is safe nothing need be written: the document is due as it is, and is planned the same again.
  const nothingYet = results.length === 0 && intents.size === 0 && due.length > 0 && running.size === 0;
  const isQuiet = results.length === 0 && entries.length === 0;
  const unchanged = nothingYet || (isQuiet && !busy && doc.wakeAt === base.wakeAt);
  // Looked at last: a body is up to 8 kB.
  const onlyWakes =
    !unchanged && isQuiet && isDeepStrictEqual(doc.body, base.body) && isDeepStrictEqual(doc.tags, base.tags);
  return { doc, due, upcomingAt: upcoming.wakeAt, entries, elsewhere, unchanged, onlyWakes };
}

/** Whether the document has the step of a result. What is safe may be run before its plan is stored. */
function plannedIn(doc: Doc): (result: Finished) => boolean {
  const ids = new Set(stepsOf(doc).map(({ id }) => id));
  return ({ step }) => ids.has(step.id);
}

const earliest = (a: Ms | null, b: Ms | null): Ms | null => (a === null ? b : b === null ? a : Math.min(a, b));

/** Whether what came of a step is to be written to other documents, too. */
export const writesElsewhere = (one: Finished): boolean => "result" in one && one.result.also !== undefined;

/** The step as tried in vain: it runs again at `retryAt`. */
export const again = (one: Finished, retryAt: Ms, reason: string): Finished => {
  const { step, title, acts, startedAt } = one;
  return { step, title, acts, startedAt, failure: { reason, retryAt } };
};
