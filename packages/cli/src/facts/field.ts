/** How a value of a file that a user wrote is read; `fail` throws, naming the key, what it got and what it wants. */
export interface Field {
  readonly fail: (path: string, got: unknown, want: string) => never;
  readonly path: string;
  readonly value: unknown;
  readonly text: () => string;
  readonly textOrNull: () => string | null;
  readonly number: (least: number, most?: number) => number | null;
  readonly flag: () => boolean;
  /** The first of the words where none is said. */
  readonly oneOf: <const T extends string>(words: readonly [T, ...T[]]) => T;
  /** Each of a list, which is empty where none is said. */
  readonly list: <T>(read: (value: unknown, path: string) => T) => readonly T[];
  readonly texts: () => readonly string[];
  /** Of an object, texts by name. */
  readonly record: () => { readonly [name: string]: string };
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

/** A value as an error shows it, short. */
export const describeWant = (got: unknown): string =>
  got === undefined ? "nothing" : JSON.stringify(got).slice(0, 80);
