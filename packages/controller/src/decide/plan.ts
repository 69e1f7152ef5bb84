import type { Ms } from "../clock.ts";
import type { Params } from "../model/plain.ts";
import type { Threat } from "./threat.ts";

/** A step before anything of it has happened. */
export interface PlannedStep {
  readonly id: string;
  readonly responder: string;
  readonly params: Params;
  /** Ids of steps; one that ends in `*` stands for all whose ids begin so. */
  readonly after: readonly string[];
  readonly notBefore: Ms | null;
  readonly abandonAt: Ms;
  readonly waitsUntil?: Ms;
}

/** The steps that a policy yields for one incident, and why. */
export interface Plan {
  readonly rule: string;
  /** `observe`: recorded and told, not touched. */
  readonly mode: "act" | "dry-run" | "observe";
  readonly threat: Threat;
  readonly steps: readonly PlannedStep[];
  /** Why it is only observed or, where nobody can be asked (`explain`), what acting depends on; else null. */
  readonly because: string | null;
}
