import { foldersOf, REPORT, TRIED } from "./scripts/support/mutant-names.ts";

/** For `npm run mutants` (scripts/mutants.ts). */
export default {
  plugins: ["@stryker-mutator/vitest-runner", "./scripts/support/mutant-checker.ts"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutants.config.ts", related: false },
  mutate: foldersOf(TRIED).map((folder) => `packages/controller/src/${folder}/**/*.ts`),
  // Texts for people are compared in the tests of what shows them.
  mutator: { excludedMutations: ["StringLiteral"] },
  // What is evaluated when a module is loaded would need a process for each mutant.
  ignoreStatic: true,
  coverageAnalysis: "perTest",
  concurrency: 2,
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: REPORT },
  tempDirName: ".cache/mutants",
  ignorePatterns: [".cache", "dist"],
  // It is rewritten by an API that TypeScript 7 does not have. Vite needs none.
  tsconfigFile: "none",
};
