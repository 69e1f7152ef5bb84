import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { openStores } from "../../src/entry/stores.ts";
import type { ArchiveFactory } from "../../src/record/archive/archive.ts";
import { archives } from "../../src/record/archive/index.ts";
import { storeDeps } from "../support/store-deps.ts";

const folder = mkdtempSync(join(tmpdir(), "spotkeeper-stores-"));
const registry: Record<string, ArchiveFactory> = archives;
const { sqlite } = archives;
afterEach(() => {
  registry["sqlite"] = sqlite;
  rmSync(folder, { recursive: true, force: true });
});

const config = configSchema.parse({
  ledger: { file: join(folder, "nowhere", "ledger.db") },
  archive: { file: join(folder, "archive.db") },
  inventory: { file: join(folder, "inventory.db") },
});

test("where one store cannot be opened, those that were opened are closed", async () => {
  let closed = 0;
  registry["sqlite"] = {
    ...sqlite,
    async open(options, deps) {
      const archive = await sqlite.open(sqlite.options.parse(options), deps);
      return {
        ...archive,
        close() {
          closed++;
          return archive.close();
        },
      };
    },
  };
  const deps = {
    ...storeDeps(),
    resolvePath(key: string, file: string) {
      if (key === "ledger.file") throw new Error("no such folder");
      return file;
    },
  };
  await expect(openStores(config, deps)).rejects.toThrow("no such folder");
  expect(closed).toBe(1);
});
