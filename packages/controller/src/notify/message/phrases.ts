import type { Step } from "../../model/step.ts";

/** What people are told of the steps of one responder. */
export interface Phrase {
  /** What all its steps do, for people, in the infinitive: "deregister from target groups". */
  readonly phrase: string;
  /** Whether alerts and screens tell of it. What only looks, keeps books or belongs to a group's own record is of no use there. */
  readonly isTold: boolean;
  /** Whether a person can still do in its place what was given up. */
  readonly byHand: boolean;
  /**
   * What must be settled before an instance has drained. `takes off`: it takes the instance out of what sends it requests.
   * `asks`: it asks whoever runs work there to bring it to an end. `waits`: until work is off; work is cut off where its
   * budget runs out. `holds back`: it only holds the others back. Null: nothing of it.
   */
  readonly empties: "takes off" | "asks" | "waits" | "holds back" | null;
}

/** Finds what people are told of a responder, by its name; undefined for one that only another version knows. */
export type FindPhrase = (responder: string) => Phrase | undefined;

/** Words for a responder's steps; null where people need not read of it. One that is not known is told by its name. */
export function phraseOf(find: FindPhrase, responder: string): string | null {
  const found = find(responder);
  if (found === undefined) return responder;
  return found.isTold ? found.phrase : null;
}

/** Whether the step waited until work is off, and was given up: the work went on, and may have been cut off. */
export const isCutShort = ({ responder, state }: Pick<Step, "responder" | "state">, find: FindPhrase): boolean =>
  state === "abandoned" && find(responder)?.empties === "waits";
