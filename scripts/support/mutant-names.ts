/** Environment variables by which `npm run mutants` tells StrykerJS's processes what to try. */
export const SHARE = "MUTANTS_SHARE";
export const TRIED = "MUTANTS_FOLDERS";
export const TESTS = "MUTANTS_TESTS";

/** Where StrykerJS writes its report, relative to the root of the repository. */
export const REPORT = ".cache/mutants.json";

/** Returns the folders of `packages/controller/src` that are changed (TRIED), or those whose tests are run (TESTS). */
export const foldersOf = (variable: typeof TRIED | typeof TESTS): readonly string[] =>
  (process.env[variable] ?? "").split(",");
