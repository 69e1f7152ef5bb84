import type { Ms } from "../../clock.ts";
import { LOOK_AROUND } from "../../decide/stages.ts";
import { unreadLabel } from "../../decide/unread-facts.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Step } from "../../model/step.ts";
import { joinedBy, memberTag } from "../../notify/join.ts";
import { empties, wasCutShort, wasEmptied } from "./emptying.ts";
import type { Refreshed } from "../machine/refreshed.ts";
import type { FindResponder } from "../responder.ts";
import { fresh, isSettled } from "../machine/steps.ts";
import { isUndoable, putBack } from "./undo.ts";
import { goneText, isGone } from "./gone.ts";
import { hasNothingToCome } from "./replan.ts";

type IncidentDoc = Doc<"incident">;

const LOOKS: ReadonlySet<string> = new Set(["look-up", LOOK_AROUND]);

/** Updates the incident's state from receipts: drained, gone, serves, cancelled. */
export function derive(doc: IncidentDoc, facts: Facts, find: FindResponder, now: Ms): Refreshed<IncidentDoc> {
  const entries: Entry[] = [];
  let body = doc.body;
  const state = (text: string, data: Entry["data"] = {}): void => {
    entries.push({ key: doc.key, at: now, kind: "state", text, data });
  };
  const emptying = body.steps.filter((step) => empties(step, find));
  // A look-up in progress may find more targets to deregister: the instance has not drained before it ends.
  const lookedUp = body.steps.every((step) => !LOOKS.has(step.responder) || isSettled(step));
  if (
    body.drainedAt === null &&
    body.mode === "act" &&
    lookedUp &&
    emptying.every(isSettled) &&
    wasEmptied(emptying, find)
  ) {
    const drainedAt = Math.max(...emptying.map((step) => step.settledAt ?? now));
    body = { ...body, drainedAt, labels: { ...body.labels, ...unreadLabel(body, facts) } };
    const left = body.deadline === null ? null : (body.deadline - drainedAt) / 1000;
    state(drainedText(left, wasCutShort(emptying, find)), { marginSeconds: left });
  }
  const verified = body.steps.find((step) => step.responder === "verify-gone" && step.state === "done");
  const gone = receiptFlag(verified, "gone");
  if (body.goneAt === null && gone === true) {
    body = { ...body, goneAt: verified?.settledAt ?? now };
    state(goneText(body));
  }
  if (body.cancelledAt === null && gone === false) {
    const owed = putBack(body, find, now).map(fresh);
    body = { ...body, cancelledAt: now, owed };
    state("the notice was not followed by an interruption: what was taken away is put back", {
      owed: owed.map((step) => step.id),
    });
  }
  const undone = hasNothingToCome(body) && body.steps.every((step) => !isUndoable(step, find) || isSettled(step));
  if (body.cancelledAt === null && !isGone(body) && undone) {
    const owed = putBack(body, find, now).map(fresh);
    body = { ...body, cancelledAt: now, owed };
    const text = "AWS has called the scheduled event off, or it is done";
    state(owed.length === 0 ? text : `${text}: what was taken away is put back`, { owed: owed.map((step) => step.id) });
  }
  const joined = body.steps.find((step) => step.responder === "join-alert" && step.state === "done");
  const tags = [...doc.tags];
  if (body.alerts.length === 0 && joined !== undefined) {
    const at = joined.settledAt ?? now;
    const alerts = joinedBy(joined.receipt).map((one) => ({ ...one, at }));
    body = { ...body, alerts };
    tags.push(...alerts.map(({ key, generation }) => memberTag(key, generation)));
  }
  const served = body.steps.find((step) => step.responder === "verify-replacement" && step.state === "done");
  if (body.servesAt === null && served !== undefined) body = { ...body, servesAt: served.settledAt };
  return { doc: { ...doc, tags, body }, entries };
}

/** @param left seconds to the deadline; negative if it had passed, null if there is none */
function drainedText(left: number | null, isCut: boolean): string {
  const what = isCut ? "not drained, and no longer waited for" : "drained";
  if (left === null) return what;
  return left < 0 ? `${what} ${(-left).toFixed(1)} s after the deadline` : `${what} with ${left.toFixed(1)} s left`;
}

function receiptFlag(step: Step | undefined, name: string): boolean | null {
  const receipt = step?.receipt;
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return null;
  const value = (receipt as { readonly [key: string]: unknown })[name];
  return typeof value === "boolean" ? value : null;
}
