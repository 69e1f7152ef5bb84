import type { Matcher } from "../../model/matcher.ts";
import type { GroupBy } from "../route.ts";
import type { TimeWindow } from "./time-window.ts";

/** The user's settings for suppressed alerts. */
export interface Suppress {
  readonly maintenance: readonly Maintenance[];
  readonly inhibit: readonly InhibitRule[];
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

/** A daily time in which some incidents are not reported. */
export interface Maintenance extends TimeWindow {
  readonly name: string;
  readonly match: Matcher;
}

/** While an incident that matches `source` is open, those that match `target` and have equal values are not reported. */
export interface InhibitRule {
  readonly name: string;
  readonly source: Matcher;
  readonly target: Matcher;
  readonly equal: readonly GroupBy[];
}

export const TELL_ALL: Suppress = {
  maintenance: [],
  inhibit: [],
  criticalServices: [],
  sufficientCapacity: null,
  daemonsOnly: false,
  nothingAffected: false,
};
