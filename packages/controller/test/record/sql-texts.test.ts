import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test, vi } from "vitest";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { systemClock } from "../../src/clock.ts";

afterEach(() => vi.restoreAllMocks());

test("no query binds its limit, which SQLite would prepare it again for", async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  const ledger = openSqliteLedger({ file: ":memory:", clock: systemClock });
  const archive = openSqliteArchive({ file: ":memory:", clock: systemClock });
  await ledger.due(0, 500);
  await ledger.list("open");
  await ledger.history("incident#i-1#0");
  await ledger.unarchived();
  await ledger.purge(0);
  await archive.list({}, 20);
  await Promise.all([ledger.close(), archive.close()]);

  const limited = prepare.mock.calls.map(([text]) => text).filter((text) => text.includes("LIMIT"));
  expect(limited.length).toBeGreaterThanOrEqual(6);
  expect(limited.filter((text) => /LIMIT (?!\d)/.test(text))).toEqual([]);
});
