import type { Ms } from "../clock.ts";
import { type Phase, phases } from "./phases.ts";

/** How much of so many milliseconds `finish` keeps at least. */
export type Keeps = (total: Ms) => Ms;

const half: Keeps = (total) => total / 2;

export type Budgets = { readonly [P in Phase]?: Ms };

/**
 * Shares `total` among the phases that are still to come. Where it is enough, each has what it wants. Where it is not,
 * `finish` gives first, down to what it keeps, since it is the longest by far; then all others shrink alike. So a short
 * notice still leaves time to save.
 *
 * @param wants milliseconds for each phase that is to come; a phase that is absent needs none
 * @param keeps what `finish` is left of so much time; half of it
 */
export function shareOut(wants: Budgets, total: Ms, keeps: Keeps = half): Budgets {
  const available = Math.max(0, total);
  const wanted = phases.filter((phase) => (wants[phase] ?? 0) > 0);
  const sum = wanted.reduce((all, phase) => all + (wants[phase] ?? 0), 0);
  if (sum <= available) return wants;
  const finish = wants.finish ?? 0;
  const others = sum - finish;
  const elastic = Math.min(finish, Math.max(available - others, others === 0 ? available : keeps(available)));
  const scale = others === 0 ? 0 : Math.min(1, (available - elastic) / others);
  return Object.fromEntries(wanted.map((phase) => [phase, phase === "finish" ? elastic : (wants[phase] ?? 0) * scale]));
}
