import type { Ms } from "../clock.ts";
import type { Matcher } from "./matcher.ts";

/** A time for which people want to hear nothing of what matches. Ends by itself; kept a while after. */
export interface Silence {
  readonly match: Matcher;
  readonly startsAt: Ms;
  readonly endsAt: Ms;
  readonly author: string;
  readonly comment: string;
  readonly createdAt: Ms;
}
