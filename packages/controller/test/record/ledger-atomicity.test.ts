import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createLedger } from "../../src/record/create-ledger.ts";
import type { LedgerDriver } from "../../src/record/ledger/driver.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqlite } from "../../src/record/ledger/sqlite.ts";
import { provesAtomicity, provesExclusion } from "./contract/atomicity.ts";
import type { LedgerFixture } from "./contract/fixture.ts";
import { breakOff } from "./support/break-off.ts";

/** A driver that writes one item after the other, each of them well. */
const oneByOne = (driver: LedgerDriver): LedgerDriver => ({
  ...driver,
  async commit(writes, unchanged, entries) {
    if (!(await driver.commit([], [...writes, ...unchanged], []))) return false;
    for (const write of writes) if (!(await driver.commit([write], [], []))) return false;
    return driver.commit([], [], entries);
  },
});

/** A driver that compares first, and then writes all at once whatever is there by then. */
const comparesFirst = (driver: LedgerDriver): LedgerDriver => ({
  ...driver,
  async commit(writes, unchanged, entries) {
    if (!(await driver.commit([], [...writes, ...unchanged], []))) return false;
    return driver.commit(writes, [], entries);
  },
});

let folder: string;
let fixture: LedgerFixture;
const opened: Ledger[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  const file = join(folder, "ledger.db");
  fixture = {
    open: () => openSqlite({ file, clock: systemClock }),
    settle: () => Promise.resolve(),
    failAfter: (writes) => breakOff(file, writes),
    remove: () => Promise.resolve(),
  };
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  rmSync(folder, { recursive: true });
});

const open = async (change: (driver: LedgerDriver) => LedgerDriver): Promise<Ledger> => {
  const ledger = createLedger(change(await fixture.open()));
  opened.push(ledger);
  return ledger;
};

test("a driver that writes one item after the other fails the contract", async () => {
  await expect(provesAtomicity(await open(oneByOne), fixture)).rejects.toThrow(/after \d+ writes/);
});

test("a driver that compares first and writes later fails the contract", async () => {
  await expect(provesExclusion(await open(comparesFirst), await open(comparesFirst))).rejects.toThrow(/round \d+/);
});
