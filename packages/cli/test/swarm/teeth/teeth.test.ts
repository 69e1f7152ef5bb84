import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { DIMENSIONS } from "../../../src/simulate/swarm/world.ts";
import { FAULTS } from "./faults.ts";
import { putBack, readSources } from "./support/put-back.ts";

const sources = readSources();

test.each(FAULTS)("$name: can be put back", ({ changes, needs = [] }) => {
  expect(changes).not.toEqual([]);
  for (const text of putBack(changes, sources).values()) stripTypeScriptTypes(text);
  expect(Object.keys(DIMENSIONS)).toEqual(expect.arrayContaining([...needs]));
});
