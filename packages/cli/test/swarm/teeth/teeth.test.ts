import { existsSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DIMENSIONS } from "../../../src/simulate/swarm/world.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { FAULTS } from "./faults.ts";
import { type Hunted, huntFaults } from "./support/hunting.ts";
import { putBack, readSources } from "./support/put-back.ts";

const sources = readSources();
const root = join(import.meta.dirname, "../../../../..");

test.each(FAULTS)("can be put back: $name", ({ changes, needs = [] }) => {
  expect(changes).not.toEqual([]);
  for (const text of putBack(changes, sources).values()) expect(() => stripTypeScriptTypes(text)).not.toThrow();
  expect(Object.keys(DIMENSIONS)).toEqual(expect.arrayContaining([...needs]));
});

test("code that is absent, or there twice, is refused", () => {
  const files = new Map([
    ["a.ts", "const one = 1;\nconst two = 2;"],
    ["b.ts", "const two = 2;"],
  ]);
  expect(() => putBack([{ code: "const three", instead: "" }], files)).toThrow("No source has this code");
  expect(() => putBack([{ code: "const two", instead: "" }], files)).toThrow("occurs 2 times (a.ts, b.ts)");
  expect([...putBack([{ code: "one = 1; const", instead: "$&" }], files)]).toEqual([["a.ts", "const $& two = 2;"]]);
});

test("each fault has a name of its own, and one that no world shows a reason and a test", () => {
  const names = [...FAULTS, ...ELSEWHERE].map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  for (const { name, seed, missed, test: own } of FAULTS)
    expect({ name, says: missed === undefined || (seed === undefined && own !== undefined) }).toEqual({
      name,
      says: true,
    });
  const tests = [...FAULTS.flatMap(({ test: own }) => own ?? []), ...ELSEWHERE.flatMap((one) => one.tests)];
  expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("the swarm finds what it finds within a few worlds", { timeout: 600_000 }, async () => {
  const names = ["a hook is abandoned"];
  const hunted: Hunted[] = [];
  await huntFaults(names, 80, (one) => void hunted.push(one));
  expect(hunted.map(({ name, found }) => [name, found === null])).toEqual(names.map((name) => [name, false]));
});
