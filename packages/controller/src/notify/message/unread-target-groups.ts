import type { Step } from "../../model/step.ts";
import { plural } from "./count.ts";

/** What a look-around (respond/responders/look-around.ts) could not read. */
interface Left {
  /** Number of target groups that were not read; null means unknown. */
  readonly count: number | null;
  readonly why: string | null;
}

/** Reads the look-around's receipt; returns null if there was none, it is in progress, or it was complete. */
function leftBy(steps: readonly Step[]): Left | null {
  const look = steps.find(({ responder }) => responder === "look-around");
  if (look === undefined || look.state === "waiting" || look.state === "intended") return null;
  const { receipt } = look;
  if (receipt === null || typeof receipt !== "object" || !("left" in receipt)) {
    return look.state === "abandoned" ? { count: null, why: look.reason } : null;
  }
  const count = typeof receipt.left === "number" ? receipt.left : null;
  const why = typeof receipt["why"] === "string" ? receipt["why"] : null;
  return count === 0 && why === null ? null : { count, why };
}

/** Whether the instance may be registered in target groups that were not read. */
export const hasUnreadTargetGroups = (steps: readonly Step[]): boolean => leftBy(steps) !== null;

/** Whether the look-around is still to come. */
export const isLookAroundPending = (steps: readonly Step[]): boolean =>
  steps.some(({ responder, state }) => responder === "look-around" && (state === "waiting" || state === "intended"));

/** Whether a look-up is not done yet: then the known tasks are from before the interruption. */
export const isLookUpPending = (steps: readonly Step[]): boolean =>
  steps.some(({ responder, state }) => responder === "look-up" && state !== "done" && state !== "skipped");

/**
 * Returns lines about target groups that were not read, e.g. "targets: 12 target groups were not looked at". Of several
 * incidents the largest number is used, since they share target groups.
 */
export function unreadTargetGroupLines(all: readonly { readonly steps: readonly Step[] }[]): readonly string[] {
  const left = all.flatMap(({ steps }) => leftBy(steps) ?? []);
  const most = left.reduce((count, one) => Math.max(count, one.count ?? 0), 0);
  const why = left.find((one) => one.why !== null)?.why;
  return [
    ...(most === 0 ? [] : [`targets: ${plural(most, "target group")} ${most === 1 ? "was" : "were"} not looked at`]),
    ...(why === undefined ? [] : [`targets: not all load balancers could be asked: ${why}`]),
  ];
}
