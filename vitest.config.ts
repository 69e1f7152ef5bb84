import { defineConfig } from "vitest/config";

/**
 * Tests run from source: this condition comes first in every workspace's `exports`. (`import` is not among them: Node.js
 * would be given it for `require` too, and CommonJS packages would get modules.)
 */
const conditions = ["@spotkeeper/source", "node"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/quiet.ts"],
    // Much of it is waiting for real servers and processes, so one for each core, not one fewer.
    maxWorkers: "100%",
    // Bounds for what hangs, not for what is slow: a machine that does other work as well is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
