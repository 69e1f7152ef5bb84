import { expect, test } from "vitest";
import { productSources } from "../support/tree.ts";
import { ambient } from "./clock.ts";

const path = "packages/controller/src/aws/lanes.ts";

test("time, timers and randomness are parameters, and nothing writes to the console", () => {
  expect(ambient(productSources())).toEqual([]);
});

test.each([
  `const at = Date.now();`,
  `const at = new Date().toISOString();`,
  `const jitter = Math.random() * 2;`,
  `setTimeout(() => {}, 5);`,
  `const poll = setInterval(() => {}, 5);`,
  `import { setTimeout as sleep } from "node:timers/promises";`,
  `console.error("no");`,
])("%s is found", (text) => {
  expect(ambient([{ path, text }])).toHaveLength(1);
});

test.each([
  ["packages/controller/src/clock.ts", `export const now = (): number => Date.now(); setTimeout(now, 1);`],
  ["packages/controller/src/entry/worker.ts", `run({ random: Math.random });`],
  [path, `const read = (clock: { now(): number }): Date => new Date(clock.now());`],
])("%s: %s is allowed", (allowed, text) => {
  expect(ambient([{ path: allowed, text }])).toEqual([]);
});

test("the console is found at the entrances too", () => {
  expect(ambient([{ path: "packages/cli/src/main.ts", text: `console.log(1);` }])).toHaveLength(1);
});
