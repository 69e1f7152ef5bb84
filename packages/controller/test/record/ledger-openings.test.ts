import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { interleave } from "../support/interleave.ts";
import { serviceDoc } from "./support/samples.ts";

/** More statements than an opening has. */
const MOST = 40;

let folder: string;
const opened: Ledger[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  rmSync(folder, { recursive: true });
});
const fileOf = (n: number): string => join(folder, `ledger-${n}.db`);
const open = (file: string): void => void opened.push(openSqliteLedger({ file, clock: systemClock }));

test("two that open a new file at one moment both use it, whichever statement the other comes before", async () => {
  let moments = 0;
  for (; moments < MOST; moments++) {
    const file = fileOf(moments);
    const happened = interleave(
      moments,
      () => open(file),
      () => open(file),
    );
    if (!happened) break;
    // Neither is down: a lock of the other's is waited for.
    expect(opened.map((ledger) => ledger.health().code)).toEqual([null, null]);
    for (const [n, ledger] of opened.entries()) {
      expect(await ledger.commit([serviceDoc(`web-${n}`)], [])).toHaveLength(1);
      await ledger.close();
    }
    opened.length = 0;
  }
  expect(moments).toBeGreaterThan(4);
  expect(moments).toBeLessThan(MOST);
});

test("a newer Spotkeeper that opens the file first is not written over", () => {
  let refused = 0;
  for (let n = 0; n < MOST; n++) {
    const file = fileOf(n);
    const newer = (): void => {
      const db = new DatabaseSync(file, { timeout: 0 });
      try {
        db.exec(
          "BEGIN IMMEDIATE; CREATE TABLE later (a); PRAGMA application_id = 0x53504f54; PRAGMA user_version = 99; COMMIT",
        );
      } catch {
        // The one that opens holds the lock: it is first.
      }
      db.close();
    };
    let failure: unknown;
    const happened = interleave(
      n,
      () => {
        try {
          open(file);
        } catch (error) {
          failure = error;
        }
      },
      newer,
    );
    if (!happened) break;
    const db = new DatabaseSync(file);
    const stored = db.prepare("PRAGMA user_version").get()?.["user_version"];
    const later = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'later'").get() !== undefined;
    db.close();
    if (!later) continue;
    expect({ n, stored }).toEqual({ n, stored: 99 });
    if (failure === undefined) continue;
    expect(failure).toMatchObject({ code: "SK-LEDGER-NEWER" });
    refused++;
  }
  expect(refused).toBeGreaterThan(2);
});
