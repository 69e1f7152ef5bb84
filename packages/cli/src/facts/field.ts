/** Reads one value of a file that a user wrote. `fail` throws an error with the key, the value and what is expected. */
export interface Field {
  readonly fail: (path: string, got: unknown, want: string) => never;
  readonly path: string;
  readonly value: unknown;
  readonly text: () => string;
  readonly textOrNull: () => string | null;
  readonly number: (least: number, most?: number) => number | null;
  readonly flag: () => boolean;
  /** Returns the value, or the first word if there is none. */
  readonly oneOf: <const T extends string>(words: readonly [T, ...T[]]) => T;
  /** Reads each item of a list; returns an empty list if there is none. */
  readonly list: <T>(read: (value: unknown, path: string) => T) => readonly T[];
  readonly texts: () => readonly string[];
  /** Reads an object with text values. */
  readonly record: () => { readonly [name: string]: string };
}

/** Returns a reader of an object's fields; keys that are not in `keys` are errors. */
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

export function fieldOf(value: unknown, path: string, fail: Field["fail"]): Field {
  const isLeftOut = value === undefined || value === null;
  const textOrNull = (): string | null =>
    isLeftOut ? null : typeof value === "string" && value !== "" ? value : fail(path, value, "a text");
  const text = (): string => textOrNull() ?? fail(path, value, "a text");
  const list = <T>(read: (one: unknown, at: string) => T): readonly T[] => {
    if (isLeftOut) return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : fail(path, value, "a list");
    return all.map((one, index) => read(one, `${path}[${index}]`));
  };
  return {
    fail,
    path,
    value,
    textOrNull,
    text,
    list,
    texts: () => list((one, at) => fieldOf(one, at, fail).text()),
    number(least, most = Infinity) {
      if (isLeftOut) return null;
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
      const bound = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
      return fail(path, value, `a whole number ${bound}`);
    },
    flag() {
      if (value === undefined) return false;
      return typeof value === "boolean" ? value : fail(path, value, "true or false");
    },
    oneOf(words) {
      if (isLeftOut) return words[0];
      return words.find((word) => word === value) ?? fail(path, value, `one of ${words.join(", ")}`);
    },
    record() {
      if (isLeftOut) return {};
      if (typeof value !== "object" || Array.isArray(value)) return fail(path, value, "an object of names and texts");
      return Object.fromEntries(
        Object.entries(value).map(([name, one]): [string, string] => {
          const isPlain = typeof one === "string" || typeof one === "number" || typeof one === "boolean";
          return [name, isPlain ? String(one) : fail(`${path}.${name}`, one, "a text")];
        }),
      );
    },
  };
}

/** Formats a value for an error message, shortened. */
export const describeValue = (got: unknown): string =>
  got === undefined ? "nothing" : JSON.stringify(got).slice(0, 80);
