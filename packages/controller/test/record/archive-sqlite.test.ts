import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openChosen } from "../../src/drivers.ts";
import { archives } from "../../src/record/archive/index.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { storeDeps } from "../support/store-deps.ts";
import { testArchive } from "./archive-contract.ts";
import { testPanels } from "./contract/panels.ts";
import { incident, serviceDoc } from "./support/samples.ts";

testArchive("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-archive-"));
  return {
    open: () =>
      openChosen("the archive", archives, { driver: "sqlite", file: join(folder, "archive.db") }, storeDeps()),
    openEmpty: () => openSqliteArchive({ file: ":memory:", clock: systemClock }),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});

describe("from kept counts", () => {
  testPanels(async () => openSqliteArchive({ file: ":memory:", clock: systemClock, fewIncidents: 0 }));
});

test("ledger and archive can share one file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-archive-"));
  const file = join(folder, "spotkeeper.db");
  const ledger = openSqliteLedger({ file, clock: systemClock });
  const archive = openSqliteArchive({ file, clock: systemClock });
  const one = { key: "incident#i-1#1", version: 1, incident: incident("i-1"), timeline: [] };
  await Promise.all([
    ...Array.from({ length: 50 }, (_, n) => ledger.commit([serviceDoc(`s${n}`)], [])),
    ...Array.from({ length: 50 }, (_, n) => archive.put([{ ...one, key: `incident#i-${n}#1` }])),
  ]);
  expect(await ledger.load("service#s49", "service")).not.toBeNull();
  expect(await archive.get("incident#i-49#1")).not.toBeNull();
  await Promise.all([ledger.close(), archive.close()]);
  rmSync(folder, { recursive: true });
});

test("its failures carry its own codes", async () => {
  const archive = openSqliteArchive({ file: "/nowhere/at/all/archive.db", clock: systemClock });
  await expect(archive.get("k")).rejects.toMatchObject({
    code: "SK-ARCHIVE-UNAVAILABLE",
    message: expect.stringContaining("The archive file /nowhere/at/all/archive.db") as string,
  });
  expect(archive.health()).toMatchObject({ ok: false, code: "SK-ARCHIVE-UNAVAILABLE" });
  await archive.close();
});
