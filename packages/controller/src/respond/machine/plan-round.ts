import { isDeepStrictEqual } from "node:util";
import type { Ms } from "../../clock.ts";
import type { Doc, Kind } from "../../model/doc.ts";
import type { Change, Made } from "../../durable/commit.ts";
import { intend } from "../../durable/intent.ts";
import type { Since } from "../../durable/rounds.ts";
import type { Entry } from "../../model/journal.ts";
import type { Step } from "../../model/step.ts";
import { apply, type Finished } from "./apply.ts";
import { NO_OTHER_DOCS, mergeOtherDocs } from "./other-docs.ts";
import { next } from "./next.ts";
import type { Refreshed } from "./refreshed.ts";
import { mapSteps, stepsOf } from "./steps.ts";

/** Longest duration of a call (aws/lanes/requests.ts). */
const CALL_TAKES: Ms = 10_000;

export interface PlanRoundDeps<K extends Kind> {
  /** Replans, and settles steps that follow from it. Pure. */
  readonly refresh: (doc: Doc<K>, now: Ms) => Refreshed<Doc<K>>;
  readonly isSafe: (step: Step) => boolean;
  /** The takeover delay (takeover-delay.ts). */
  readonly takeoverDelay: () => Ms;
}

/** The result of one round: what to store, and which steps are due. */
export interface PlannedRound<K extends Kind> extends Made<K> {
  readonly doc: Doc<K>;
  readonly due: readonly Step[];
  readonly upcomingAt: Ms | null;
}

/**
 * Applies results to the document, replans, and finds due steps; steps that are not safe become `intended` first. If no
 * step may begin, none is due, and the document is due at once for another call. Pure.
 */
export function planRound<K extends Kind>(
  deps: PlanRoundDeps<K>,
  base: Doc<K>,
  results: readonly Finished[],
  { running, mayBegin }: Pick<Since<Finished>, "running" | "mayBegin">,
  now: Ms,
): PlannedRound<K> {
  const entries: Entry[] = [];
  let elsewhere = NO_OTHER_DOCS;
  let doc = base;
  const replan = (): void => {
    const made = deps.refresh(doc, now);
    doc = made.doc;
    entries.push(...made.entries);
  };
  // A result is applied to a plan that contains its step; then follows a replan, which may add the step of the next
  // result (while the ledger is unavailable, no plan is stored).
  if (!results.some(plannedIn(doc as Doc))) replan();
  for (let left = results; left.length > 0;) {
    const planned = left.filter(plannedIn(doc as Doc));
    // If the plan contains none of them, all are applied.
    const laid = planned.length > 0 ? planned : left;
    for (const one of laid) {
      let applied = apply(doc as Doc, one, now);
      const also = applied.counts && "result" in one ? one.result.also : undefined;
      const all = also === undefined ? elsewhere : mergeOtherDocs(elsewhere, also);
      if (all === null) applied = apply(doc as Doc, again(one, now, "another step of it wrote first"), now);
      else elsewhere = all;
      doc = applied.doc as Doc<K>;
      entries.push(...applied.entries, ...(all === null ? [] : (also?.journal ?? [])));
    }
    left = left.filter((one) => !laid.includes(one));
    replan();
  }

  const upcoming = next(doc as Doc, now);
  const ready = upcoming.due.filter((step) => !running.has(step.id));
  const due = mayBegin ? ready : [];
  const intents = new Set(due.filter((step) => !deps.isSafe(step)).map((step) => step.id));
  if (intents.size > 0) {
    doc = mapSteps(doc as Doc, (step) =>
      intents.has(step.id) ? intend({ ...step, startedAt: step.startedAt ?? now }, now, CALL_TAKES) : step,
    ) as Doc<K>;
  }
  const busy = due.length > 0 || running.size > 0;
  const wakeAt = ready.length > 0 ? now : earliest(upcoming.wakeAt, doc.wakeAt);
  doc = { ...doc, wakeAt: busy ? now + deps.takeoverDelay() : wakeAt };
  // Before safe steps nothing must be written: the stored document is due, and another worker would plan the same.
  const nothingYet = results.length === 0 && intents.size === 0 && due.length > 0 && running.size === 0;
  const isQuiet = results.length === 0 && entries.length === 0;
  const unchanged = nothingYet || (isQuiet && !busy && doc.wakeAt === base.wakeAt);
  const made = { doc, due, upcomingAt: upcoming.wakeAt };
  if (unchanged) return { ...made, change: null };
  const writes = [...elsewhere.writes.values()];
  const change: Change<K> = {
    doc,
    entries,
    writes,
    unchanged: [...elsewhere.unchanged.values()],
    // Most writes are such renewals of the takeover delay. Compared last, since it is expensive.
    onlyWakes: isQuiet && isDeepStrictEqual(doc.body, base.body) && isDeepStrictEqual(doc.tags, base.tags),
    wakeUps: [doc, ...writes],
  };
  return { ...made, change };
}

/** Whether the document has the step of a result. A safe step may have run before its plan was stored. */
function plannedIn(doc: Doc): (result: Finished) => boolean {
  const ids = new Set(stepsOf(doc).map(({ id }) => id));
  return ({ step }) => ids.has(step.id);
}

const earliest = (a: Ms | null, b: Ms | null): Ms | null => (a === null ? b : b === null ? a : Math.min(a, b));

/** Whether a result also writes other documents. */
export const writesOtherDocs = (one: Finished): boolean => "result" in one && one.result.also !== undefined;

/** Converts a result to a failure, so that the step runs again at `retryAt`. */
export const again = (one: Finished, retryAt: Ms, reason: string): Finished => {
  const { step, title, acts, startedAt } = one;
  return { step, title, acts, startedAt, failure: { reason, retryAt } };
};
