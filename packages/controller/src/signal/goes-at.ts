import type { Ms } from "../clock.ts";

/** What a sentence adds where the signal tells a deadline. */
export const goesAt = (deadline: Ms | null): string =>
  deadline === null ? "" : `, capacity goes at ${new Date(deadline).toISOString()}`;
