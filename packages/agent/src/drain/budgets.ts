import type { Ms } from "../clock.ts";
import type { Phase } from "./phases.ts";

export type Budgets = { readonly [P in Phase]?: Ms };

/** How much of so many milliseconds `finish` keeps at least. Never more than there are. */
export type Keeps = (total: Ms) => Ms;

/**
 * The share that the first of `coming` has of `total`, which is all that is left for all of them. Where it is enough, each
 * has what it wants. Where it is not, `finish` gives first, down to what it keeps, since it is the longest by far; then all
 * others shrink alike. So a short notice still leaves time to save.
 *
 * @param want how many milliseconds a phase wants
 * @param keeps what `finish` is left of so much time; half of it
 */
export const shareOf = (
  coming: readonly Phase[],
  want: (phase: Phase) => Ms,
  total: Ms,
  keeps: Keeps = (all) => all / 2,
): Ms => {
  const [phase] = coming as [Phase];
  const left = Math.max(0, total);
  const wanted = coming.includes("finish") ? want("finish") : 0;
  const others = coming.reduce((sum, one) => sum + want(one), -wanted);
  const finish = Math.min(wanted, Math.max(left - others, keeps(left)));
  return phase === "finish" ? finish : want(phase) * Math.min(1, (left - finish) / (others || 1));
};
