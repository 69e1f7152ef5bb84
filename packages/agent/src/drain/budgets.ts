import type { Ms } from "../clock.ts";
import type { Phase } from "./phases.ts";

export type Budgets = { readonly [P in Phase]?: Ms };

/** How much of so many milliseconds `finish` keeps at least. Never more than there are. */
export type Keeps = (total: Ms) => Ms;

/**
 * The share that `phase` has of `total`, which is all that is left for it and the phases to come. Where it is enough, each
 * has what it wants. Where it is not, `finish` gives first, down to what it keeps, since it is the longest by far; then all
 * others shrink alike. So a short notice still leaves time to save.
 *
 * @param coming the phases that are not over, this one among them
 * @param want how many milliseconds a phase wants
 * @param keeps what `finish` is left of so much time; half of it
 */
export const shareOf = (
  phase: Phase,
  coming: readonly Phase[],
  want: (phase: Phase) => Ms,
  total: Ms,
  keeps: Keeps = (all) => all / 2,
): Ms => {
  const left = Math.max(0, total);
  const wanted = coming.includes("finish") ? want("finish") : 0;
  const others = coming.reduce((sum, one) => sum + want(one), -wanted);
  const finish = Math.min(wanted, Math.max(left - others, keeps(left)));
  return phase === "finish" ? finish : Math.min(want(phase), (want(phase) * (left - finish)) / (others || 1));
};
