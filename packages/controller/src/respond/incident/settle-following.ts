import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Step } from "../../model/step.ts";
import { overdue } from "../machine/next.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import { type FindResponder, WOULD } from "../responder.ts";
import { isOpen, isSettled, mapSteps, settle, stepsOf } from "../machine/steps.ts";
import { goneText, isGone } from "./gone.ts";

type IncidentDoc = Doc<"incident">;

/**
 * Settles steps without running them: in a dry run, after their time limit, or when the steps that they last for are
 * over.
 */
export function settleFollowing(doc: IncidentDoc, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  const entries: Entry[] = [];
  const gone = isGone(doc.body);
  const open = new Set(
    stepsOf(doc)
      .filter((step) => !isSettled(step))
      .map((step) => step.id),
  );
  const end = (before: Step, state: "done" | "skipped" | "abandoned", why: string): Step => {
    const step = settle(before, state, why, now);
    // Steps that last as long as this one come later in the plan, and end with it.
    open.delete(step.id);
    // The title of the step before it is settled, since that removes its parameters.
    const title = find(step.responder)?.title(before) ?? step.id;
    const text = step.reason === WOULD ? `would ${title}` : `${title}: ${step.state}: ${step.reason ?? ""}`;
    entries.push({
      key: doc.key,
      at: now,
      kind: "step",
      text,
      data: { step: step.id, responder: step.responder, state: step.state },
    });
    return step;
  };
  const changed = mapSteps(doc, (step) => {
    if (isSettled(step)) return step;
    const nature = find(step.responder)?.nature ?? "acts";
    if (doc.body.mode === "dry-run" && nature !== "observes" && step.state === "waiting")
      return end(step, "skipped", WOULD);
    // The instance continues in its group, so nothing replaces it.
    if (doc.body.cancelledAt !== null && step.responder === "verify-replacement")
      return end(step, "skipped", "the notice was cancelled");
    if (gone && nature === "waits") return end(step, "done", lastWord(goneText(doc.body), step));
    // A signal has the answer that the next poll would give.
    if (gone && step.responder === "verify-gone" && (step.retryAt ?? 0) > now) return { ...step, retryAt: now };
    const { over, until } = step.params;
    if (typeof over === "string") return end(step, "done", over);
    if (Array.isArray(until) && until.every((id) => typeof id === "string" && !isOpen(id, open)))
      return end(step, "done", "what it lasted for is over");
    if (overdue(step, now)) {
      const tried = step.attempts === 0 ? "its time was over before it could start" : "its time is over";
      return end(step, "abandoned", lastWord(tried, step));
    }
    return step;
  });
  return { doc: changed, entries };
}

const lastWord = (why: string, { reason }: Step): string => (reason === null ? why : `${why}; last: ${reason}`);
