import { expect, test } from "vitest";
import { promisedFiles, specifiers } from "../../scripts/support/manifest.ts";

const manifest = {
  name: "@example/thing",
  exports: {
    ".": { "@example/source": "./src/index.ts", import: { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    "./traces": "./dist/traces.js",
    "./package.json": "./package.json",
  },
  bin: { thing: "dist/main.js" },
};

test("a manifest promises every file under any condition, and its commands", () => {
  expect(promisedFiles(manifest)).toEqual([
    "src/index.ts",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/traces.js",
    "package.json",
    "dist/main.js",
  ]);
});

test("modules are named as consumers import them", () => {
  expect(specifiers(manifest)).toEqual(["@example/thing", "@example/thing/traces"]);
});
