import type { Matcher } from "../model/matcher.ts";
import { SpotkeeperError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { problemsOf, wants } from "./problems.ts";
import { given, matcher } from "./sections/matcher.ts";

const KEYS = Object.keys(matcher.shape).map((key) => (key === "tag" ? "tag.NAME" : key));

/**
 * Makes a matcher from words such as `cluster=prod` and `tag.team=x`; a key that is given twice matches either value.
 * Throws SK-CALL-MATCH with the wrong word and the expected form.
 */
export function matcherOf(words: readonly string[]): Matcher {
  const plain: Record<string, string[]> = {};
  const tag: Record<string, string[]> = {};
  for (const word of words) {
    const [, key = "", value = ""] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
    const into = key.startsWith("tag.") ? tag : plain;
    const name = key.replace(/^tag\./, "");
    if (key === "" || name === "" || (into === plain && (key === "tag" || !KEYS.includes(key))))
      throw unknown(word, key);
    (into[name] ??= []).push(value);
  }
  const input = { ...plain, ...(Object.keys(tag).length === 0 ? {} : { tag }) };
  const read = matcher.safeParse(input, { error: wants });
  if (read.success) return given(read.data);
  const problems = problemsOf(matcher, input, read.error.issues).map(({ text }) => text);
  throw new SpotkeeperError("SK-CALL-MATCH", `--match: ${problems.join("; ")}`);
}

function unknown(word: string, key: string): SpotkeeperError {
  const near = nearest(key, KEYS);
  const hint = near === null ? `the keys are ${KEYS.join(", ")}` : `did you mean ${near}?`;
  return new SpotkeeperError("SK-CALL-MATCH", `--match wants key=value, such as cluster=prod; got ${word}: ${hint}`);
}
