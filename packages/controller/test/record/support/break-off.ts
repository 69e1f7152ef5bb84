import { DatabaseSync } from "node:sqlite";

const TABLES = ["docs", "tags", "journal"];
const WRITES = ["INSERT", "UPDATE", "DELETE"];

/** Triggers that count each row that is written, and refuse the one after the last. */
export function breakOff(file: string, writes: number | null): void {
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
