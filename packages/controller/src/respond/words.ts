import { phraseOf as phrased } from "../notify/message/phrases.ts";
import { findResponder } from "./responders/index.ts";

/**
 * Returns the phrase of a responder for alerts; null if alerts do not show it. A responder of a newer version is shown
 * by its name.
 */
export const phraseOf = (responder: string): string | null => phrased(findResponder, responder);

/** Returns the phrase of any responder, for views of the whole plan. */
export const wordsOf = (responder: string): string => findResponder(responder)?.phrase ?? responder;
