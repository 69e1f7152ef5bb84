import { phraseOf as phrased } from "../notify/message/phrases.ts";
import { findResponder } from "./responders/index.ts";

/** Words for a responder's steps; null where people need not read of it. One that only a newer version knows is told by its name. */
export const phraseOf = (responder: string): string | null => phrased(findResponder, responder);

/** Words for any step, for those who look at the whole plan. */
export const wordsOf = (responder: string): string => findResponder(responder)?.phrase ?? responder;
