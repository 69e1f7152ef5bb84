import type { Ms } from "../clock.ts";
import type { Key } from "./key.ts";
import type { Params } from "./plain.ts";

export type EntryKind = "signal" | "planned" | "step" | "alert" | "state" | "note" | "outcome";

/** One line of the journal, the flight recorder. */
export interface Entry {
  readonly key: Key;
  readonly at: Ms;
  readonly kind: EntryKind;
  /** One plain sentence, for people. */
  readonly text: string;
  /** The same for programs: step id, responder, attempt, receipt, AWS request id, reason, … */
  readonly data: Params;
}
