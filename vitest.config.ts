import { defineConfig } from "vitest/config";

/** Tests run from source: this condition comes first in every workspace's `exports`. */
const conditions = ["@spotkeeper/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/quiet.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
