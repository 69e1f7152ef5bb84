import type { HttpAnswer } from "../../../http/http.ts";
import type { SendResult } from "../../alert.ts";

/** A page that stays is reported to people within seconds, and a short maintenance is survived. */
export const MOST_TRIES = 3;
const MOST_WORDS = 8;

/** Whether an answer is a page for a browser: of a proxy, of a login, of a hibernating instance. */
export const isPage = ({ text }: Pick<HttpAnswer, "text">): boolean =>
  /^\s*(<!--|<!doctype html|<html|<head)/i.test(text);

/**
 * Makes the result of an answer with status 2xx that is not the one of the service, so that nobody knows whether the
 * message was sent. A page, or an answer that was cut off, is tried again; of any other, a repetition might be one more
 * message.
 *
 * @param says what the service answers instead, in words: `"ok"`, `JSON with an id`
 */
export function unexpected(answer: HttpAnswer, says: string, repeatable: boolean): SendResult {
  const { status, text } = answer;
  const reason = `answered ${status} with ${cameOf(answer)} instead of ${says}; check its url, and whether a proxy or a login page answers in its place`;
  if (repeatable || isPage({ text }) || !answer.whole)
    return { is: "retry", reason, after: null, mostTries: MOST_TRIES };
  return { is: "refused", reason, because: "request" };
}

/** Names an answer: its media type, and its first words. */
function cameOf(answer: HttpAnswer): string {
  if (answer.text.trim() === "") return "nothing";
  const type = /^[\w.+-]{1,30}\/[\w.+-]{1,60}/.exec(answer.header("content-type") ?? "")?.[0].toLowerCase();
  const what = isPage(answer) ? "a page" : "an answer";
  const words = firstWords(answer.text);
  return `${what}${type === undefined ? "" : ` of type ${type}`}${words === "" ? "" : ` (“${words}”)`}`;
}

/**
 * Returns the first plain words of an answer, of a page those of its title. An answer may repeat what it was sent, so
 * only words of letters are kept, none of them long: addresses, tokens and keys are left out.
 */
export function firstWords(text: string): string {
  const title = /<title[^>]*>([^<]*[^<\s][^<]*)</i.exec(text)?.[1];
  const plain = (title ?? text.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>?/g, " ")).slice(
    0,
    2_000,
  );
  const words = plain.split(/[\s{}[\]",;()]+/).filter((word) => /^\p{L}[\p{L}'’]{0,14}[.:!?]?$/u.test(word));
  return words.slice(0, MOST_WORDS).join(" ");
}
