import type { Ms } from "../../clock.ts";
import type { Debts, Group } from "../../model/group.ts";
import type { Note } from "./body.ts";

/** One kind of change of a group that is put back after a time. */
export interface Debt<D extends keyof Debts> {
  /** Pure: reads what its steps have done, and plans the next. Its field of the record is null once nothing is owed. */
  readonly advance: (body: Group, note: Note, now: Ms) => Group;
  /** Its steps, by id: they are kept as long as it is owed. */
  readonly steps: readonly string[];
  /** When it goes on although none of its steps is due; null: only a step's end brings it on. */
  readonly wakeAt: (owed: NonNullable<Debts[D]>) => Ms | null;
  /** What is left to be put back, for people. */
  readonly describe: (owed: NonNullable<Debts[D]>) => string;
}
