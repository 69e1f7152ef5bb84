import type { Ms } from "../clock.ts";
import type { Matcher } from "./matcher.ts";

/**
 * Suppresses alerts about matching incidents for a time. Ends by itself; the document is kept for a while after that.
 */
export interface Silence {
  readonly match: Matcher;
  readonly startsAt: Ms;
  readonly endsAt: Ms;
  readonly author: string;
  readonly comment: string;
  readonly createdAt: Ms;
  /** The latest edits, the last one last; absent if there is none. */
  readonly edits?: readonly SilenceEdit[];
}

/** Who changed a silence, and what it was before. */
export interface SilenceEdit extends Pick<Silence, "match" | "startsAt" | "endsAt" | "comment"> {
  readonly at: Ms;
  readonly by: string;
}
