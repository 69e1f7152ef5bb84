import { defineConfig } from "vitest/config";
import { foldersOf, TESTS } from "./scripts/support/mutant-names.ts";
import config from "./vitest.config.ts";

/** For `npm run mutants` (scripts/mutants.ts). */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: foldersOf(TESTS).map((folder) => `packages/controller/test/${folder}/**/*.test.ts`),
  },
});
