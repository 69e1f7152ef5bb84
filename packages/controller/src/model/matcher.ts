import type { SignalKind } from "./signal.ts";

/** A value, or a list of them (any of them matches); `*` and `?` are wildcards; a leading `!` negates. */
export type Pattern = string | readonly string[];

/** All fields that are given must match. An unknown fact never matches a pattern, but matches its negation. */
export interface Matcher {
  readonly kind?: readonly SignalKind[];
  readonly account?: Pattern;
  readonly region?: Pattern;
  readonly availabilityZone?: Pattern;
  readonly group?: Pattern;
  readonly cluster?: Pattern;
  readonly service?: Pattern;
  readonly instanceType?: Pattern;
  readonly instanceName?: Pattern;
  readonly owner?: Pattern;
  /** Tag of the instance or its group. */
  readonly tag?: { readonly [name: string]: Pattern };
}

/** Converts a pattern to a regular expression: `*` matches any text, `?` any one character; all else is literal. */
export function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

/**
 * Returns whether any of `values` matches. A leading `!` negates one pattern. An unknown value (empty `values`) never
 * matches a pattern and matches its negation: a rule for a named group must not match an instance whose group could not
 * be read.
 */
export function fits(pattern: Pattern, values: readonly string[]): boolean {
  const patterns = typeof pattern === "string" ? [pattern] : pattern;
  const wanted = patterns.filter((one) => !one.startsWith("!"));
  const unwanted = patterns.filter((one) => one.startsWith("!")).map((one) => one.slice(1));
  const hits = (list: readonly string[]): boolean =>
    list.some((one) => {
      const expression = wildcard(one);
      return values.some((value) => expression.test(value));
    });
  if (hits(unwanted)) return false;
  return wanted.length === 0 || hits(wanted);
}
