/** How a value of a file that a user wrote is read; `fail` throws, naming the key, what it got and what it wants. */
export interface Field {
  readonly fail: (path: string, got: unknown, want: string) => never;
  readonly value: unknown;
  readonly text: () => string;
  readonly textOrNull: () => string | null;
  readonly number: (least: number) => number | null;
  readonly flag: () => boolean;
}

/** The fields of an object; keys beside `keys` are errors. */
export function objectOf(
  value: unknown,
  path: string,
  keys: readonly string[],
  fail: Field["fail"],
): (key: string) => Field {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(path, value, "an object");
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) fail(path, `the key ${unknown}`, `one of ${keys.join(", ")}`);
  const entries = new Map<string, unknown>(Object.entries(value));
  return (key) => fieldOf(entries.get(key), `${path}.${key}`, fail);
}

function fieldOf(value: unknown, path: string, fail: Field["fail"]): Field {
  const textOrNull = (): string | null =>
    value === undefined || value === null
      ? null
      : typeof value === "string" && value !== ""
        ? value
        : fail(path, value, "a text");
  return {
    fail,
    value,
    textOrNull,
    text: () => textOrNull() ?? fail(path, value, "a text"),
    number(least) {
      if (value === undefined || value === null) return null;
      if (typeof value === "number" && Number.isInteger(value) && value >= least) return value;
      return fail(path, value, `a whole number of at least ${least}`);
    },
    flag() {
      if (value === undefined) return false;
      return typeof value === "boolean" ? value : fail(path, value, "true or false");
    },
  };
}

export const listOf = (value: unknown, path: string, fail: Field["fail"]): readonly unknown[] =>
  Array.isArray(value) ? value : fail(path, value, "a list");

/** A value as an error shows it, short. */
export const describeWant = (got: unknown): string =>
  got === undefined ? "nothing" : JSON.stringify(got).slice(0, 80);
