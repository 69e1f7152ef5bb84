import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { testLedger } from "./ledger-contract.ts";

testLedger("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  return {
    open: () => openSqliteLedger({ file: join(folder, "ledger.db"), clock: systemClock }),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
