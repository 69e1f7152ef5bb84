import type { Ms } from "../clock.ts";
import type { Params } from "../model/plain.ts";
import type { Threat } from "./threat.ts";

/** A step as planned, without execution state. */
export interface PlannedStep {
  readonly id: string;
  readonly responder: string;
  readonly params: Params;
  /** Ids of steps; an id that ends in `*` means all ids with this prefix. */
  readonly after: readonly string[];
  readonly notBefore: Ms | null;
  readonly abandonAt: Ms;
  readonly waitsUntil?: Ms;
}

/** The plan for one incident: its steps, and the reason. */
export interface Plan {
  readonly rule: string;
  /** `observe`: the incident is recorded and reported, and nothing is changed. */
  readonly mode: "act" | "dry-run" | "observe";
  readonly threat: Threat;
  readonly steps: readonly PlannedStep[];
  /** Reason why the incident is only observed or, in `explain`, the condition for acting; else null. */
  readonly because: string | null;
}
