import { z } from "zod";
import { signalKinds } from "../../signal/index.ts";
import { list, oneOf, text } from "../../fields.ts";

const name = text("a pattern");

const pattern = z.union([name, list(name, "patterns", 1, 100)], {
  error: "a pattern, or a list of patterns; `*` and `?` are wildcards, a leading `!` negates (put numbers in quotes)",
});

const kind = oneOf(signalKinds);
/** One, or a list, as for patterns. */
const kinds = z
  .union([kind, list(kind, "signal kinds", 1, signalKinds.length)])
  .transform((given) => (typeof given === "string" ? [given] : given));

/** All keys that are given must match. */
export const matcher = z
  .strictObject({
    kind: kinds,
    account: pattern,
    region: pattern,
    availabilityZone: pattern,
    group: pattern,
    cluster: pattern,
    service: pattern,
    instanceType: pattern,
    instanceName: pattern,
    owner: pattern,
    tag: z.record(text("the name of a tag"), pattern, { error: "names of tags, each with a pattern" }),
  })
  .partial();

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Removes absent keys, so that they do not override the next rule. */
export function given<T extends object>(partial: T): Given<T> {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as Given<T>;
}
