import type { Ms } from "../clock.ts";
import type { Heard } from "../notice.ts";
import { hibernates } from "./plan.ts";

/** Something to drain for, and when that is to be over. */
export interface Due extends Heard {
  readonly end: Ms;
}

/** What is less grave gives way at once: nobody tries out what happens for real, and hibernation is not the end. */
export const gravity = ({ notice }: Heard): number => (notice.kind === "drill" ? 0 : hibernates(notice) ? 1 : 2);
