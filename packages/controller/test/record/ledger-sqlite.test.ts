import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../src/record/ledger/sqlite.ts";
import { testLedger } from "./ledger-contract.ts";

const TABLES = ["docs", "tags", "journal"];
const WRITES = ["INSERT", "UPDATE", "DELETE"];

/** Triggers that count each row that is written, and refuse the one after the last. */
function breakOff(file: string, writes: number | null): void {
  const db = new DatabaseSync(file);
  for (const table of TABLES)
    for (const write of WRITES) {
      db.exec(`DROP TRIGGER IF EXISTS break_${table}_${write}`);
      if (writes === null) continue;
      db.exec(`CREATE TRIGGER break_${table}_${write} BEFORE ${write} ON ${table} BEGIN
        SELECT RAISE(ABORT, 'broken off') FROM left WHERE rows = 0;
        UPDATE left SET rows = rows - 1;
      END`);
    }
  db.exec(`CREATE TABLE IF NOT EXISTS left (rows INTEGER); DELETE FROM left`);
  db.prepare("INSERT INTO left VALUES (?)").run(writes);
  db.close();
}

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
