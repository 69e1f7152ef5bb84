import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Plain } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { MAY_BE_DONE } from "../effect-origin.ts";
import type { Result } from "../responder.ts";
import { isSettled, mapSteps, settle, shortened } from "./steps.ts";

/** The outcome of running a step: its result, or a failure with the time of its retry (null means no retry). */
export type Finished = {
  readonly step: Step;
  readonly title: string;
  readonly acts: boolean;
  readonly startedAt: Ms;
} & ({ readonly result: Result } | { readonly failure: Failure });

interface Failure {
  readonly reason: string;
  readonly retryAt: Ms | null;
  /** AWS did not answer, so the effect may have happened and may have to be undone. */
  readonly mayBeDone?: boolean;
}

export interface Applied<D extends Doc> {
  readonly doc: D;
  readonly entries: readonly Entry[];
  /** False if another worker has settled the step: then the result's writes to other documents are dropped, too. */
  readonly counts: boolean;
}

/**
 * Applies a result to a document. Pure. A step that another worker has settled stays unchanged; the result is only
 * journaled.
 */
export function apply<D extends Doc>(doc: D, finished: Finished, now: Ms): Applied<D> {
  const entries: Entry[] = [];
  let acted = false;
  let counts = true;
  const changed = mapSteps(doc, (step) => {
    if (step.id !== finished.step.id) return step;
    if (isSettled(step)) {
      entries.push(entry(doc, finished, now, "note", `${finished.title}: already settled elsewhere`, null));
      counts = false;
      return step;
    }
    const after = outcomeOf(step, finished, now);
    acted = finished.acts && after.state === "done";
    const line =
      after.state === "waiting" || after.state === "intended"
        ? waitingText(finished, after, step)
        : `${finished.title}: ${after.state}${because(after)}`;
    if (line !== null) entries.push(entry(doc, finished, now, "step", line, after));
    return after;
  });
  return { doc: acted ? markFirstAction(changed, now) : changed, entries, counts };
}

function outcomeOf(step: Step, finished: Finished, now: Ms): Step {
  const begun = { ...step, attempts: step.attempts + 1, startedAt: step.startedAt ?? finished.startedAt };
  if ("failure" in finished) {
    const { reason, retryAt, mayBeDone } = finished.failure;
    const tried = mayBeDone === true ? { ...begun, receipt: MAY_BE_DONE } : begun;
    if (retryAt === null) return settle(tried, "abandoned", reason, now);
    // This was its last attempt (next.ts).
    if (now >= step.abandonAt) return settle(tried, "abandoned", reason, now);
    // An intended step may have had its effect: it stays intended, so that it is verified, or repeated with its token.
    const state = step.state === "intended" ? "intended" : "waiting";
    return { ...tried, state, reason: shortened(reason), retryAt };
  }
  const { result } = finished;
  switch (result.is) {
    case "done":
      return { ...settle(begun, "done", result.note ?? null, now), receipt: result.receipt };
    case "skip":
      return { ...settle(begun, "skipped", result.reason, now), receipt: result.receipt ?? null };
    case "wait": {
      const receipt = result.receipt ?? step.receipt;
      const until = step.waitsUntil ?? Infinity;
      if (now >= until) return { ...settle(begun, "abandoned", result.reason, now), receipt };
      const retryAt = Math.min(result.until, until);
      return { ...begun, state: "waiting", reason: shortened(result.reason), receipt, retryAt };
    }
  }
}

const because = (step: Step): string => (step.reason === null ? "" : `: ${step.reason}`);

/** Returns the text of a wait if its reason has changed, else null: not every poll is journaled. */
function waitingText(finished: Finished, after: Step, before: Step): string | null {
  return after.reason === before.reason ? null : `${finished.title}: ${after.reason}`;
}

function entry(doc: Doc, finished: Finished, now: Ms, kind: "step" | "note", text: string, after: Step | null): Entry {
  const data: Record<string, Plain> = {
    step: finished.step.id,
    responder: finished.step.responder,
    seconds: (now - finished.startedAt) / 1000,
  };
  if (after !== null) {
    data["state"] = after.state;
    data["attempt"] = after.attempts;
    data["receipt"] = after.receipt;
  }
  return { key: doc.key, at: now, kind, text, data };
}

function markFirstAction<D extends Doc>(doc: D, now: Ms): D {
  if (doc.kind !== "incident" || doc.body.firstActionAt !== null) return doc;
  return { ...doc, body: { ...doc.body, firstActionAt: now } };
}
