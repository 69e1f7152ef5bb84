import type { Ms } from "../../clock.ts";
import type { Matcher } from "../../model/matcher.ts";

/** What the user does not want to hear of. */
export interface Suppress {
  readonly maintenance: readonly Window[];
  /** Names, with `*` and `?`; empty: all services are. */
  readonly criticalServices: readonly string[];
  /**
   * Below 1: the share of its desired tasks that each service must keep; 1 or more: how many container instances its
   * cluster must. Null: how much is left does not matter.
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
