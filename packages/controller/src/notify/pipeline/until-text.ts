import type { Ms } from "../../clock.ts";

/** Returns ` until 2026-01-31T12:00:00Z`, for the reason of a suppression; empty if its end is not known. */
export const untilText = (at: Ms | null): string =>
  at === null ? "" : ` until ${new Date(at).toISOString().replace(/\.\d+Z$/, "Z")}`;
