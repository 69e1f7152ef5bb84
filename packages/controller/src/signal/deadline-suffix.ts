import type { Ms } from "../clock.ts";

/** Returns ", capacity goes at <time>" for the end of a sentence about a signal; an empty text without a deadline. */
export const deadlineSuffix = (deadline: Ms | null): string =>
  deadline === null ? "" : `, capacity goes at ${new Date(deadline).toISOString()}`;
