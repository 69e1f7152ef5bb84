import type { Ms } from "../../clock.ts";
import type { Matcher } from "../../model/matcher.ts";

/** The user's settings for suppressed alerts. */
export interface Suppress {
  readonly maintenance: readonly Window[];
  /** Names with `*` and `?`; empty: all services are critical. */
  readonly criticalServices: readonly string[];
  /**
   * Below 1: the share of desired tasks that each service must keep; 1 or more: the number of container instances that
   * its cluster must keep. Null means not used.
   */
  readonly sufficientCapacity: number | null;
  readonly daemonsOnly: boolean;
  readonly nothingAffected: boolean;
}

export interface Window {
  readonly name: string;
  readonly match: Matcher;
  readonly isIn: (at: Ms) => boolean;
}

export const TELL_ALL: Suppress = {
  maintenance: [],
  criticalServices: [],
  sufficientCapacity: null,
  daemonsOnly: false,
  nothingAffected: false,
};
