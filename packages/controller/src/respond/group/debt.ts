import type { Ms } from "../../clock.ts";
import type { Debts, Group } from "../../model/group.ts";
import type { Note } from "./body.ts";

/** One setting of a group that is changed for a time and then put back. */
export interface Debt<D extends keyof Debts> {
  /** Pure: reads the results of its steps and plans the next step. Sets its field in the body to null once it is put back. */
  readonly advance: (body: Group, note: Note, now: Ms) => Group;
  /** The ids of its steps, which stay in the document until the setting is put back. */
  readonly steps: readonly string[];
  /** Returns when `advance` must run although no step has ended; null if it need not. */
  readonly wakeAt: (owed: NonNullable<Debts[D]>) => Ms | null;
  /** Describes what has to be put back, for people. */
  readonly describe: (owed: NonNullable<Debts[D]>) => string;
}
