import { configJsonSchema } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { diceOf } from "../../src/simulate/swarm/dimensions/dice.ts";
import { policyOf } from "../../src/simulate/swarm/dimensions/policy.ts";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { policyFrom, readPolicy, smallerPolicies } from "../../src/simulate/swarm/swarm-policy.ts";
import { ownershipOf } from "../../src/simulate/swarm/ours.ts";

interface Schema {
  readonly properties?: { readonly [key: string]: Schema };
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly type?: string;
}

/** Every key that a user can write, by its path, and every value of those that are one of several words. */
function pathsIn(schema: Schema, path: string): string[] {
  const { properties = {}, items, anyOf = [], enum: words = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([key, one]) => [`${path}.${key}`, ...pathsIn(one, `${path}.${key}`)]),
    ...(items === undefined ? [] : pathsIn(items, `${path}[]`)),
    ...anyOf.flatMap((one) => pathsIn(one, path)),
    ...words.map((word) => `${path}=${word}`),
    ...(schema.type === "boolean" ? [`${path}=true`, `${path}=false`] : []),
    ...(schema.type === "null" ? [`${path}=null`] : []),
  ];
}

/** The same of what was written. */
function writtenIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => writtenIn(one, `${path}[]`));
  if (typeof value !== "object" || value === null) return [`${path}=${String(value)}`];
  return Object.entries(value).flatMap(([key, one]) => [`${path}.${key}`, ...writtenIn(one, `${path}.${key}`)]);
}

test("every key of the config's policy, and every word that it can have, is generated", () => {
  const { properties } = configJsonSchema() as Schema;
  const wanted = pathsIn(properties?.["policy"] ?? {}, "policy");
  expect(wanted).toContain("policy.defaults.replace=raise");
  expect(wanted).toContain("policy.rules[].do.drainHook.port");
  const met = new Set<string>();
  for (let seed = 1; seed <= 5_000; seed++)
    for (const path of writtenIn(policyOf(diceOf(seed, "policy")).written, "policy")) met.add(path);
  expect(wanted.filter((path) => !met.has(path))).toEqual([]);
});

test("what is played is what a user can write, and what the loader makes of it is judged", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { policy } = generateWorld(seed);
    expect(policyFrom(policy.written ?? {})).toEqual(policy);
  }
  expect(() => readPolicy({ defaults: { margin: "3m" } })).toThrow("margin");
  expect(policyFrom({ dryRun: true, rules: [{ name: "a", do: { margin: "1s" } }] }).may).toBe("only say it");
  expect(policyFrom({ rules: [{ name: "a", do: { drain: false } }] }).may).toBe("as its rules say");
});

test("a policy is made smaller by what it says, and stays legal", () => {
  const written = { defaults: { onDemand: { for: "1m" } }, rules: [{ name: "a", do: { act: true } }] };
  expect([...smallerPolicies(written)].map((one) => one.written)).toEqual([
    { rules: written.rules },
    { defaults: written.defaults },
    { defaults: {}, rules: written.rules },
    { defaults: { onDemand: {} }, rules: written.rules },
    { defaults: written.defaults, rules: [{ name: "a", do: {} }] },
  ]);
});

test("with a tag that is required, only what carries it is ours", () => {
  const policy = readPolicy({ tag: { name: "team", required: true } });
  const of = (tags: { readonly [name: string]: string }): string => ownershipOf(policy, { tags, operator: null });
  expect([of({}), of({ team: "data" }), of({ team: "true" })]).toEqual(["not ours", "not ours", "ours"]);
});
