import type { Ms } from "../clock.ts";
import type { Params, Plain } from "./plain.ts";

export type StepState = "waiting" | "intended" | "done" | "skipped" | "abandoned";

/** One effect with a time budget. `params` hold all that its responder needs, so that a restart needs no facts. */
export interface Step {
  /** Unique in its document and stable: planning again yields the same id. */
  readonly id: string;
  readonly responder: string;
  readonly params: Params;
  /**
   * Ids of steps that must be settled (done, skipped or abandoned) before; one that ends in `*` stands for all whose ids
   * begin so. Unknown ids count as settled.
   */
  readonly after: readonly string[];
  /** Not run before this instant. */
  readonly notBefore: Ms | null;
  /** Given up at this instant, with a reason, and the plan goes on. */
  readonly abandonAt: Ms;
  /**
   * For one that first does something and then waits: it waits no longer than this, though what it has to do is tried until
   * `abandonAt`. Absent: it waits until `abandonAt`.
   */
  readonly waitsUntil?: Ms;
  readonly attempts: number;
  readonly state: StepState;
  readonly retryAt: Ms | null;
  readonly startedAt: Ms | null;
  readonly settledAt: Ms | null;
  readonly reason: string | null;
  readonly receipt: Plain;
}
