import type { Ms } from "../clock.ts";
import type { Key } from "./key.ts";

/**
 * The document of an ECS service (or target group): which doomed target stays in service because it is the last healthy
 * one.
 */
export interface Service {
  readonly heldFor: Key | null;
  readonly until: Ms | null;
}
