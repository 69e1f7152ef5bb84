import { configProblems } from "@spotkeeper/controller";
import type { SettingName, Settings } from "./settings.ts";

/** One value of the new config, made of settings. */
export interface Part {
  readonly path: readonly string[];
  readonly value: unknown;
  /** A comment above the value. */
  readonly comment: string | null;
  /** Which setting a value below `path` is from: `{ topicArn: "SNS_TOPIC_ARN" }`; `""` is the whole part. */
  readonly from: { readonly [below: string]: SettingName };
  /** Remarks, if it stands. */
  readonly notes: readonly string[];
}

export interface Judged {
  /** The part without the values that do not load; null if it cannot stand without them. */
  readonly part: Part | null;
  /** What was left out, with the file and the key of the source. */
  readonly notes: readonly string[];
}

type Path = readonly PropertyKey[];

/** Loads a part of the config alone, and leaves out what does not load. Each turn removes one value, so that it ends. */
export function judge(part: Part, settings: Settings): Judged {
  const notes: string[] = [];
  const named = new Set<SettingName>();
  let { value } = part;
  for (;;) {
    const [problem] = configProblems(within(part.path, value));
    if (problem === undefined) return { part: { ...part, value }, notes: [...notes, ...part.notes] };
    const path = problem.path.slice(part.path.length);
    const name = settingAt(part, path);
    const origin = name === null ? undefined : settings.get(name);
    const absent = valueAt(value, path) === undefined;
    if (origin !== undefined && name !== null && !absent && !(named.has(name) && isEmpty(valueAt(value, path))))
      notes.push(`${origin.from}: ${origin.key}: ${problem.what}; left out.`);
    if (name !== null) named.add(name);
    const rest = absent ? undefined : without(value, path);
    if (rest === undefined) {
      const needs = [...named].map((one) => settings.get(one)?.key ?? one).join(", ");
      if (path.length > 0) notes.push(`${part.path.join(".")} is left out, since it needs ${needs}.`);
      return { part: null, notes };
    }
    value = rest;
  }
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const within = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

/** Returns the setting of the longest known beginning of `path`. */
function settingAt({ from }: Part, path: Path): SettingName | null {
  for (let length = path.length; length >= 0; length--) {
    const name = from[path.slice(0, length).map(String).join(".")];
    if (name !== undefined) return name;
  }
  return null;
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as { readonly [key: PropertyKey]: unknown })[key] : undefined,
    value,
  );

/** Returns `value` without what is at `path`; undefined if that is all of it. */
function without(value: unknown, [first, ...rest]: Path): unknown {
  if (first === undefined) return undefined;
  const inner = rest.length === 0 ? undefined : without(valueAt(value, [first]), rest);
  if (Array.isArray(value))
    return value.flatMap((one: unknown, place) => (place !== first ? [one] : inner === undefined ? [] : [inner]));
  const { [String(first)]: _, ...others } = value as { readonly [key: string]: unknown };
  return inner === undefined ? others : { ...others, [String(first)]: inner };
}
