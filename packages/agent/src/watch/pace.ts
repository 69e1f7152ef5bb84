import type { Ms } from "../clock.ts";

/** A notice could be under way at any time, so nobody waits longer than this from one try to the next. */
const LONGEST: Ms = 2_000;

/**
 * From the start of one look to the start of the next. After failures it backs off, a little apart for each instance so
 * that a service that comes back is not met by all at once.
 *
 * @param failures looks in a row that brought no answer, beyond the first
 * @param random from 0 up to 1
 */
export const pace = (failures: number, poll: Ms, random: number): Ms =>
  failures < 0 ? poll : Math.min(LONGEST, poll * 2 ** failures) * (failures < 1 ? 1 : 0.75 + random / 4);

/** A look takes no longer, so that it ends in time for the next. */
export const LOOK: Ms = 1_500;
