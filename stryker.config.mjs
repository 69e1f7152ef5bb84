/**
 * `npm run mutants`: changes the code in one place at a time, and lists the changes that no test notices. It takes hours;
 * `npm run mutants -- --mutate "packages/controller/src/correlate/*.ts"` tries one folder.
 */
export default {
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutants.config.ts", related: false },
  mutate: ["correlate", "decide", "durable", "respond", "notify/outbox"].map(
    (folder) => `packages/controller/src/${folder}/**/*.ts`,
  ),
  // Texts for people are compared in the tests of what shows them.
  mutator: { excludedMutations: ["StringLiteral"] },
  // What is evaluated when a module is loaded would need a process for each mutant.
  ignoreStatic: true,
  coverageAnalysis: "perTest",
  concurrency: 2,
  reporters: ["clear-text", "progress-append-only"],
  tempDirName: ".cache/mutants",
  ignorePatterns: [".cache", "dist"],
  // It is rewritten by an API that TypeScript 7 does not have. Vite needs none.
  tsconfigFile: "none",
};
