import type { Ms } from "../clock.ts";
import type { Phase } from "./phases.ts";

export type Budgets = { readonly [P in Phase]?: Ms };

/** Returns how much of `total` the phase `finish` keeps at least; never more than `total`. */
export type Keeps = (total: Ms) => Ms;

/**
 * Returns the time for the first phase of `coming`. `total` is the time left for all of them. If it is enough, each
 * phase gets what it wants. If not, `finish`, the longest phase, is shortened first, down to `keeps`; then all others
 * are shortened in proportion. So even a short notice leaves time to save.
 *
 * @param want how many milliseconds a phase wants
 * @param keeps the least that `finish` keeps of the time left; default half of it
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
