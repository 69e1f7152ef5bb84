import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openChosen } from "../../src/drivers.ts";
import { ledgers } from "../../src/record/ledger/index.ts";
import { storeDeps } from "../support/store-deps.ts";
import { testLedger } from "./ledger-contract.ts";
import { breakOff } from "./support/break-off.ts";

testLedger("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  const file = join(folder, "ledger.db");
  return {
    open: () => openChosen("the ledger", ledgers, { driver: "sqlite", file, synchronous: "FULL" }, storeDeps()),
    settle: () => Promise.resolve(),
    failAfter: (writes) => breakOff(file, writes),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
