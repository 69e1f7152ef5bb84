import type { z } from "zod";

type Def = z.core.$ZodTypes["_zod"]["def"];
type Path = readonly PropertyKey[];

/** Returns the keys that the schema allows at `path` of `input`; empty if it allows any, or none. */
export function knownKeys(schema: z.core.$ZodType, input: unknown, path: Path): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
      return knownKeys(def.innerType, input, path);
    case "pipe":
      return knownKeys(def.in, input, path);
    case "union":
      return knownKeys(chosen(def.options, input), input, path);
    default:
      return inside(def, input, path);
  }
}

function inside(def: Def, input: unknown, path: Path): readonly string[] {
  const [first, ...rest] = path;
  if (first === undefined) return def.type === "object" ? Object.keys(def.shape) : [];
  const value = valueAt(input, [first]);
  if (def.type === "array") return knownKeys(def.element, value, rest);
  if (def.type === "record") return knownKeys(def.valueType, value, rest);
  if (def.type !== "object") return [];
  const next = def.shape[String(first)] ?? def.catchall;
  return next === undefined ? [] : knownKeys(next, value, rest);
}

/** Returns the option of a union that the input selects (e.g. by `type: webhook`, or by its default); else the last one. */
function chosen(options: readonly z.core.$ZodType[], input: unknown): z.core.$ZodType {
  const words = (
    option: z.core.$ZodType,
    isMeant: (allowed: ReadonlySet<unknown>, word: unknown) => boolean,
  ): boolean =>
    Object.entries(option._zod.propValues ?? {}).some(([key, allowed]) => isMeant(allowed, valueAt(input, [key])));
  const [fallback] = options.slice(-1);
  if (fallback === undefined) throw new RangeError("a union without options");
  return (
    options.find((option) => words(option, (allowed, word) => word !== undefined && allowed.has(word))) ??
    options.find((option) => words(option, (allowed, word) => word === undefined && allowed.has(word))) ??
    fallback
  );
}

export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as { readonly [key: PropertyKey]: unknown })[key];
  }, input);
}
