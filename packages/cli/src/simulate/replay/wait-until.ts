import type { Incident } from "@spotkeeper/controller";
import { isAtWork } from "../run-to-end.ts";

/**
 * The longest wait after a deadline, in milliseconds: a reclaim follows within minutes. A dry run has no reclaim to
 * wait for.
 */
const AFTER_DEADLINE = 300_000;
const AFTER_DEADLINE_DRY = 60_000;
/** The longest wait in any case, and without a deadline. Open incidents are left to the next worker. */
const LONGEST_WAIT = 20 * 60_000;

/**
 * Returns until when a live replay waits for an incident, in epoch milliseconds; null means it does not wait. A dry run ends
 * when it has said what would be done: it waits neither for the end of the instance nor for a maintenance weeks ahead.
 */
export function waitUntil(incident: Incident, now: number, dryRun: boolean): number | null {
  const { closedAt, openedAt, deadline, steps } = incident;
  if (closedAt !== null) return null;
  const isDue = (step: Incident["steps"][number]): boolean => isAtWork(step) && (step.notBefore ?? now) <= now;
  if (dryRun && steps.length > 0 && !steps.some(isDue)) return null;
  const most = openedAt + LONGEST_WAIT;
  const settled = deadline === null ? most : Math.max(deadline, openedAt);
  const until = Math.min(most, settled + (dryRun ? AFTER_DEADLINE_DRY : AFTER_DEADLINE));
  return until > now ? until : null;
}
