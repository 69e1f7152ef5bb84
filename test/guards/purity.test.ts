import { expect, test } from "vitest";
import { productSources } from "../support/tree.ts";
import { impurities } from "./purity.ts";

const decide = "packages/controller/src/decide/sample.ts";

test("what decides is pure, with all that it imports", () => {
  expect(impurities(productSources())).toEqual([]);
});

test.each(["decide/decide.ts", "correlate/correlate.ts", "respond/machine/next.ts", "respond/machine/apply.ts"])(
  "%s is where the guard looks for it",
  (file) => {
    const path = `packages/controller/src/${file}`;
    expect(productSources().map((source) => source.path)).toContain(path);
    expect(impurities([{ path, text: "Date.now();" }])).toHaveLength(1);
  },
);

test.each([
  `import { readFileSync } from "node:fs";`,
  `import { randomUUID } from "node:crypto";`,
  `import { LRUCache } from "lru-cache";`,
  `export const at = (): number => Date.now();`,
  `export const at = (): Date => new Date();`,
  `export const luck = (): number => Math.random();`,
  `setTimeout(() => {}, 1);`,
  `export const where = process.env["HOME"];`,
  `export const ask = (): Promise<Response> => fetch("http://example.com");`,
  `export const luck = (): string => crypto.randomUUID();`,
])("%s is found", (text) => {
  expect(impurities([{ path: decide, text }])).toHaveLength(1);
});

test.each([
  `import type { Ec2Instance } from "../aws/calls/ec2.ts"; import { createHash } from "node:crypto";`,
  `export const at = (now: number): Date => new Date(now);`,
  `export const ask = (fetch: (url: string) => string): string => fetch("x");`,
  `export const text = "Date.now()"; // Math.random()`,
  `export interface Clock { setTimeout(): void } export const f = (c: Clock): void => c.setTimeout();`,
])("%s is pure", (text) => {
  expect(impurities([{ path: decide, text }])).toEqual([]);
});

test("impurity is found behind imports, and told with the way to it", () => {
  const helper = { path: "packages/controller/src/text.ts", text: `export const now = (): number => Date.now();` };
  const user = { path: decide, text: `import { now } from "../text.ts";` };
  expect(impurities([user, helper])).toEqual([
    "packages/controller/src/text.ts:1 uses Date.now (imported by way of packages/controller/src/decide/sample.ts)",
  ]);
  expect(impurities([{ ...user, text: `import type { now } from "../text.ts";` }, helper])).toEqual([]);
});
