import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { openChosen } from "../../src/drivers.ts";
import { inventories } from "../../src/inventory/drivers/index.ts";
import { openSqliteInventory, type SqliteInventory } from "../../src/inventory/drivers/sqlite.ts";
import { testClock, type TestClock } from "../enrich/support/clock.ts";
import { instance, target } from "../enrich/support/fleet.ts";
import { interleave } from "../support/interleave.ts";
import { storeDeps } from "../support/store-deps.ts";
import { keptInventoryContract } from "./inventory-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "spotkeeper-inventory-"));
let files = 0;
const open: SqliteInventory[] = [];

const newFile = (): string => join(folder, `inventory-${files++}.db`);
function openAt(file: string, clock: TestClock = testClock()): SqliteInventory {
  const inventory = openSqliteInventory({ file, clock, every: 5_000 });
  open.push(inventory);
  return inventory;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

keptInventoryContract("sqlite", async () => {
  const file = newFile();
  return {
    open: () => openChosen("the inventory", inventories, { driver: "sqlite", file }, storeDeps(testClock())),
    remove: async () => rmSync(file, { force: true }),
  };
});

test("what a clock that is corrected since has observed in its future gives way to what is observed now", async () => {
  const file = newFile();
  const clock = testClock();
  const now = clock.now();
  const before = openAt(file, clock);
  before.put("health", "arn", [target("i-1", 80)], now + 330_000);
  await clock.pass(1_000);
  before.put("health", "arn", [], now + 500);
  expect(before.get("health", "arn")?.value).toEqual([]);
  await before.close();
  expect(openAt(file, clock).get("health", "arn")?.value).toEqual([]);
});

test("changes are written behind, without being asked for", async () => {
  const file = newFile();
  const clock = testClock();
  const one = openAt(file, clock);
  for (let n = 0; n < 1_200; n++) one.put("instance", `i-${n}`, instance(`i-${n}`), n);
  const kept = (): unknown =>
    new DatabaseSync(file, { readOnly: true }).prepare("SELECT count(*) AS n FROM inventory").get()?.["n"];
  expect(kept()).toBe(0);
  await clock.pass(5_000);
  expect(kept()).toBe(500);
  await clock.pass(100);
  expect(kept()).toBe(1_200);
});

test("another process on the file learns what this one observed, and newer wins on disk too", async () => {
  const file = newFile();
  const clock = testClock();
  const [a, b] = [openAt(file, clock), openAt(file, clock)];
  a.put("instance", "i-1", instance("i-1", { name: "from a" }), 10);
  b.put("instance", "i-2", instance("i-2", { name: "newer, from b" }), 20);
  a.put("instance", "i-2", instance("i-2", { name: "older, from a" }), 15);
  await clock.pass(11_000);
  for (const one of [a, b]) {
    expect(one.get("instance", "i-1")?.value.name).toBe("from a");
    expect(one.get("instance", "i-2")?.value.name).toBe("newer, from b");
  }
  await a.close();
  await b.close();
  expect(openAt(file, clock).get("instance", "i-2")?.observedAt).toBe(20);
});

test("what found no room when it was read leaves the file too", async () => {
  const file = newFile();
  const first = openAt(file);
  for (let n = 0; n < 5; n++) first.put("instance", `i-${n}`, instance(`i-${n}`), n);
  await first.close();
  const small = openSqliteInventory({ file, clock: testClock(), every: 5_000, capacities: { instance: 2 } });
  expect([...small.entries("instance")].map(([id]) => id)).toEqual(["i-3", "i-4"]);
  await small.close();
  const rows = new DatabaseSync(file, { readOnly: true }).prepare("SELECT id FROM inventory ORDER BY id").all();
  expect(rows.map((row) => row["id"])).toEqual(["i-3", "i-4"]);
});

test("a disk that fails never stops it, is told, and is caught up with when it works again", async () => {
  const clock = testClock();
  const home = join(folder, "not-yet");
  const file = join(home, "inventory.db");
  const one = openAt(file, clock);
  const since = clock.now();
  expect(one.health()).toMatchObject({ ok: false, since });
  expect(one.health().message).toMatch(/inventory\.db .*next start will be cold.*Free space/s);
  one.put("instance", "i-1", instance("i-1"), 1);
  await clock.pass(12_000);
  expect(one.get("instance", "i-1")).toBeDefined();
  expect(one.health()).toMatchObject({ ok: false, since });
  mkdirSync(home);
  await clock.pass(6_000);
  expect(one.health().ok).toBe(true);
  await one.close();
  expect(openAt(file, clock).get("instance", "i-1")).toBeDefined();
});

test("a damaged file, and one of another program, are left alone", async () => {
  const damaged = newFile();
  writeFileSync(damaged, "this is no database, whatever its name says ".repeat(100));
  const one = openAt(damaged);
  one.put("instance", "i-1", instance("i-1"), 1);
  await one.flush();
  expect(one.health().message).toMatch(/file is not a database.*delete it/s);

  const foreign = newFile();
  const other = new DatabaseSync(foreign);
  other.exec("CREATE TABLE inventory (precious TEXT); INSERT INTO inventory VALUES ('x'); PRAGMA user_version = 7");
  const two = openAt(foreign);
  two.put("instance", "i-1", instance("i-1"), 1);
  await two.flush();
  expect(two.health().message).toMatch(/belongs to another program/);
  expect(other.prepare("SELECT precious FROM inventory").all()).toHaveLength(1);
  other.close();
});

test("values of an older shape are dropped: they can be asked again", async () => {
  const file = newFile();
  const first = openAt(file);
  first.put("instance", "i-1", instance("i-1"), 1);
  await first.close();
  const db = new DatabaseSync(file);
  db.exec("PRAGMA user_version = 0");
  db.close();
  expect(openAt(file).get("instance", "i-1")).toBeUndefined();
});

test("two that open a new file at one moment both keep what they observe, whichever statement the other comes before", async () => {
  let moments = 0;
  for (; moments < 40; moments++) {
    const file = newFile();
    const clock = testClock();
    const [i, j] = [`i-${moments}`, `j-${moments}`];
    const happened = interleave(
      moments,
      () => openAt(file, clock),
      () => {
        const other = openAt(file, clock);
        other.put("instance", i, instance(i), 1);
        void other.flush();
      },
    );
    if (!happened) break;
    // A lock of the other's is tried again; no file is taken for another program's.
    for (const each of open) expect(each.health().message).not.toMatch(/another program/);
    open.at(-1)?.put("instance", j, instance(j), 2);
    await clock.pass(11_000);
    for (const each of open) expect(each.health().ok).toBe(true);
    await Promise.all(open.splice(0).map((each) => each.close()));
    const again = openAt(file, clock);
    expect([...again.entries("instance")].map(([id]) => id)).toEqual([i, j]);
    await again.close();
    open.length = 0;
  }
  expect(moments).toBeGreaterThan(4);
  expect(moments).toBeLessThan(40);
});
