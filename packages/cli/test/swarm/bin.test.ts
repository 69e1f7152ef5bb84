import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const bin = join(import.meta.dirname, "../../bin/spotkeeper.js");

/** A module that fails if what was built (`dist/`) is loaded. A fresh clone has nothing built. */
const noDist = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, next) {
      if (/packages\\/\\w+\\/dist\\//.test(url)) throw new Error("loaded " + url);
      return next(url, context);
    },
  });
`)}`;

test("in a clone without a build, the threads of a swarm run from source", { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [bin, "simulate", "--swarm", "2", "--jobs", "2", "--output", "json"],
    { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: `--import ${noDist}` } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ worlds: 2, failures: [] });
});
