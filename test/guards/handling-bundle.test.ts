import { build } from "esbuild";
import { expect, test } from "vitest";

/** What a function does not need, and would load at each cold start. */
const NOT_INSIDE = [
  /controller\/src\/(show|measure|config|entry)\//,
  /node_modules\/(hono|@hono\/[^/]+|prom-client|yaml|commander)\//,
];

test("the handling brings no API, metrics, config or process with it", async () => {
  const { metafile } = await build({
    entryPoints: ["packages/controller/src/flow/handling.ts"],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    conditions: ["@spotkeeper/source"],
    external: ["@aws-sdk/*", "@smithy/*"],
    logLevel: "silent",
  });
  const inside = Object.keys(metafile.inputs);
  expect(inside.length).toBeGreaterThan(100);
  expect(inside.filter((path) => NOT_INSIDE.some((wrong) => wrong.test(path)))).toEqual([]);
});
