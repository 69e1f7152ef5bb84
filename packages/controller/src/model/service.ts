import type { Ms } from "../clock.ts";
import type { Key } from "./key.ts";

/** An ECS service's (or target group's) own record: which doomed target is held as its last healthy one. */
export interface Service {
  readonly heldFor: Key | null;
  readonly until: Ms | null;
}
