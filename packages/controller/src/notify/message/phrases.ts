import type { Step } from "../../model/step.ts";

/** How alerts show the steps of one responder. */
export interface Phrase {
  /** Describes the steps for people, as an imperative: "deregister from target groups". */
  readonly phrase: string;
  /**
   * Whether alerts and screens show it. Steps that only read, keep accounts, or belong to a group's document are not
   * shown.
   */
  readonly isShown: boolean;
  /** Whether a person can do it by hand if it was abandoned. */
  readonly byHand: boolean;
  /**
   * The role of the responder in draining; its steps must be settled before an instance has drained. `takes off`:
   * deregisters the instance, so that it gets no more requests. `asks`: asks ECS or the application to end the work.
   * `waits`: waits until the work is done; if abandoned, work was cut off. `holds back`: only delays others. Null means no
   * role.
   */
  readonly empties: "takes off" | "asks" | "waits" | "holds back" | null;
}

/** Finds the phrase of a responder by name; undefined if only another version has it. */
export type FindPhrase = (responder: string) => Phrase | undefined;

/** Returns the phrase of a responder; null if alerts do not show it. An unknown responder is shown by its name. */
export function phraseOf(find: FindPhrase, responder: string): string | null {
  const found = find(responder);
  if (found === undefined) return responder;
  return found.isShown ? found.phrase : null;
}

/** Whether the step is an abandoned wait: the work continued, and may have been cut off. */
export const isCutShort = ({ responder, state }: Pick<Step, "responder" | "state">, find: FindPhrase): boolean =>
  state === "abandoned" && find(responder)?.empties === "waits";
