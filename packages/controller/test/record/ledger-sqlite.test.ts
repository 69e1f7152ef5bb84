import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../src/record/ledger/sqlite.ts";
import { testLedger } from "./ledger-contract.ts";
import { breakOff } from "./support/break-off.ts";

testLedger("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  const file = join(folder, "ledger.db");
  return {
    open: () => openSqlite({ file, clock: systemClock }),
    settle: () => Promise.resolve(),
    failAfter: (writes) => breakOff(file, writes),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
