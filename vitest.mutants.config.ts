import { defineConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** Mutants are tried by the tests beside what is mutated: those take seconds, and say which rule was broken. */
const folders = ["correlate", "decide", "durable", "respond", "notify"];

export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: folders.map((folder) => `packages/controller/test/${folder}/**/*.test.ts`),
  },
});
