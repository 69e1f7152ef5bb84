import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../../../../../../vitest.config.ts";
import { FAULTS } from "../faults.ts";
import { putBack, readSources } from "./put-back.ts";

/** Tests run on code with the fault in it that the variable FAULT names; nothing is written. */
const fault = FAULTS.find(({ name }) => name === process.env["FAULT"]);
if (fault === undefined) throw new Error(`There is no fault "${process.env["FAULT"]}".`);
const changed = putBack(fault.changes, readSources());

export default mergeConfig(
  tests,
  defineConfig({
    root: join(import.meta.dirname, "../../../../../.."),
    // What is kept of a file is found by the file on disk.
    test: { fsModuleCache: false },
    plugins: [{ name: "fault", enforce: "pre", load: (id: string) => changed.get(id) ?? null }],
  }),
);
