import type { Incident } from "@spotkeeper/controller";
import { isAtWork } from "../run-to-end.ts";

/** A reclaim follows its deadline within minutes; a dry run has nothing to see end. Milliseconds. */
const AFTER_DEADLINE = 300_000;
const AFTER_DEADLINE_DRY = 60_000;
/** Where no deadline is known, and at most in any case: what is open then is left to the next worker. */
const PATIENCE = 20 * 60_000;

/**
 * Until when a live replay waits for an incident at most, epoch milliseconds; null: for nothing more. A dry run is over
 * when it has said what would be done: it need not see the instance go, nor wait for a maintenance weeks ahead.
 */
export function waitsUntil(incident: Incident, now: number, dryRun: boolean): number | null {
  const { closedAt, openedAt, deadline, steps } = incident;
  if (closedAt !== null) return null;
  const isDue = (step: Incident["steps"][number]): boolean => isAtWork(step) && (step.notBefore ?? now) <= now;
  if (dryRun && steps.length > 0 && !steps.some(isDue)) return null;
  const most = openedAt + PATIENCE;
  const settled = deadline === null ? most : Math.max(deadline, openedAt);
  const until = Math.min(most, settled + (dryRun ? AFTER_DEADLINE_DRY : AFTER_DEADLINE));
  return until > now ? until : null;
}
