import { expect, test } from "vitest";
import { filesBelow, productSources, read } from "../support/tree.ts";
import { circles, upwards } from "./layers.ts";

const benchSources = () => filesBelow("bench", (path) => path.endsWith(".ts")).map(read);

test("no part of the controller imports from one above it", () => {
  expect(upwards(productSources())).toEqual([]);
});

test("no files import each other in a circle", () => {
  const sources = [...productSources(), ...benchSources()];
  // The simulated fleet is one graph of records that name each other: a member its group, a group its members.
  expect(circles(sources.filter(({ path }) => !path.startsWith("packages/simulator/src/fleet/")))).toEqual([]);
});

test.each([
  ["packages/controller/src/model/x.ts", `import type { Matcher } from "../decide/policy.ts";`],
  ["packages/controller/src/aws/x.ts", `import { readTime } from "../signal/time.ts";`],
  ["packages/controller/src/clock.ts", `export type { Doc } from "./model/doc.ts";`],
  ["packages/controller/src/somewhere/x.ts", `export const x = 1;`],
])("%s: %s is found", (path, text) => {
  expect(upwards([{ path, text }])).toHaveLength(1);
});

test.each([
  ["packages/controller/src/decide/x.ts", `import type { Matcher } from "../model/matcher.ts";`],
  ["packages/controller/src/entry/x.ts", `import { createFlow } from "../flow/flow.ts"; import pino from "pino";`],
  ["packages/cli/src/x.ts", `import { runWorker } from "@spotkeeper/controller";`],
])("%s: %s is allowed", (path, text) => {
  expect(upwards([{ path, text }])).toEqual([]);
});

test("a circle is found by types alone, and told once", () => {
  const file = (name: string, imports: string) => ({ path: `packages/cli/src/${name}.ts`, text: imports });
  const sources = [
    file("a", `import type { B } from "./b.ts";`),
    file("b", `import { c } from "./c.ts";`),
    file("c", `export type { A } from "./a.ts";`),
    file("d", `import { c } from "./c.ts";`),
  ];
  expect(circles(sources)).toEqual([["packages/cli/src/a.ts", "packages/cli/src/b.ts", "packages/cli/src/c.ts"]]);
});
