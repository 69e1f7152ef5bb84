import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger, type SqliteLedgerOptions } from "../../src/record/ledger/sqlite.ts";
import { printed, startChild } from "./support/processes.ts";
import { incidentDoc, serviceDoc, T0 } from "./support/samples.ts";

let folder: string;
let file: string;
const opened: Ledger[] = [];
function open(options: Partial<SqliteLedgerOptions> = {}): Ledger {
  const ledger = openSqliteLedger({ file, clock: systemClock, ...options });
  opened.push(ledger);
  return ledger;
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  file = join(folder, "ledger.db");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  rmSync(folder, { recursive: true });
});

/** The store finds out by itself, without anybody asking it anything. */
async function recovers(ledger: Ledger): Promise<void> {
  await expect.poll(() => ledger.health().ok, { interval: 50 }).toBe(true);
  expect(await ledger.commit([serviceDoc("after")], [])).toHaveLength(1);
}

test("a file with a newer schema is refused, naming both versions", async () => {
  await open().close();
  const db = new DatabaseSync(file);
  db.exec("PRAGMA user_version = 99");
  db.close();
  expect(open).toThrow(expect.objectContaining({ code: "SK-LEDGER-NEWER" }));
  expect(open).toThrow(/schema version 99; this Spotkeeper knows versions up to \d+\. Use /);
});

test("another program's database is refused and left as it is", () => {
  const db = new DatabaseSync(file);
  db.exec("CREATE TABLE theirs (a)");
  expect(open).toThrow(expect.objectContaining({ code: "SK-LEDGER-FOREIGN" }));
  expect(db.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
  db.close();
});

test("a full file refuses writes, still reads, and takes writes again once there is room", async () => {
  const ledger = open({ maxBytes: 400_000 });
  const closed = { closedAt: T0, archivedVersion: 1, hints: { fill: "x".repeat(7_000) } };
  let stored = 0;
  let refusal: unknown;
  for (; refusal === undefined && stored < 200; stored++) {
    // Version 2 is archived: what makes room below.
    const doc = incidentDoc(`i-${stored}`, { wakeAt: null, body: { ...closed, archivedVersion: 0 } });
    try {
      const [first] = (await ledger.commit([doc], [])) as readonly Doc<"incident">[];
      if (first !== undefined) await ledger.commit([{ ...first, body: { ...first.body, archivedVersion: 1 } }], []);
    } catch (error) {
      refusal = error;
    }
  }
  expect(refusal).toMatchObject({ code: "SK-LEDGER-FULL", message: expect.stringContaining(file) as string });
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-FULL" });
  // Within one turn: the write fails alone, the read with it does not.
  const [write, read] = await Promise.allSettled([
    ledger.commit([incidentDoc("i-more", { body: closed })], []),
    ledger.load("incident#i-0#1", "incident"),
  ]);
  expect(write).toMatchObject({ status: "rejected", reason: { code: "SK-LEDGER-FULL" } });
  expect(read).toMatchObject({ status: "fulfilled", value: { version: 2 } });
  // What changes nothing is written all the same, as a touch that comes too late: that is no room.
  await ledger.touch("service#before", 7, null);
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-FULL" });
  await systemClock.sleep(1_500); // the probe finds it as full as before
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-FULL" });

  expect(await ledger.purge(T0 + 1)).toBeGreaterThan(20);

  await recovers(ledger);
});

test("a lock that another process holds beyond the bound refuses writes, reads go on, and it recovers", async () => {
  const ledger = open({ lockWait: 300 });
  await ledger.commit([serviceDoc("before")], []);
  const holder = startChild("child", file, "hold");
  await printed(holder, 1);

  const began = performance.now();
  await expect(ledger.commit([serviceDoc("web")], [])).rejects.toMatchObject({
    code: "SK-LEDGER-LOCKED",
    message: expect.stringContaining(file) as string,
  });
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-LOCKED" });
  expect(await ledger.load("service#before", "service")).not.toBeNull();

  holder.process.stdin.write("done\n");
  await holder.ended;
  await recovers(ledger);
});

test("who asks what is due waits for no lock", async () => {
  const ledger = open({ lockWait: 300 });
  await ledger.commit([{ ...serviceDoc("later"), wakeAt: T0 + 1 }], []);
  const holder = startChild("child", file, "hold");
  await printed(holder, 1);

  expect(await ledger.due(T0, 10)).toEqual({ items: [] });
  expect(await ledger.due(T0 + 1, 10)).toEqual({ items: ["service#later"] });

  holder.process.stdin.write("done\n");
  await holder.ended;
});

test("a lock that is let go within the bound only delays", async () => {
  const ledger = open({ lockWait: 10_000 });
  await ledger.commit([serviceDoc("before")], []);
  const holder = startChild("child", file, "hold");
  await printed(holder, 1);
  const waiting = Promise.all([ledger.commit([serviceDoc("a")], []), ledger.commit([serviceDoc("b")], [])]);
  await systemClock.sleep(200);
  const late = ledger.commit([serviceDoc("c")], []);
  holder.process.stdin.write("done\n");
  expect((await waiting).map((each) => each !== "conflict")).toEqual([true, true]);
  expect(await late).toHaveLength(1);
  expect(ledger.health()).toMatchObject({ ok: true });
});

test("a process does not end while what it asked waits for a lock", async () => {
  await open().commit([serviceDoc("before")], []);
  const holder = startChild("child", file, "hold");
  await printed(holder, 1);
  const other = startChild("child", file, "once");
  await systemClock.sleep(700); // it has started and waits, within its bound of 2 s
  holder.process.stdin.write("done\n");
  expect(await other.ended).toBe(0);
  expect(other.lines).toEqual(["stored 1"]);
});

test("the event loop runs on while a lock is waited for", async () => {
  const ledger = open({ lockWait: 1_500 });
  await ledger.commit([serviceDoc("before")], []);
  const holder = startChild("child", file, "hold");
  await printed(holder, 1);
  let ticks = 0;
  const ticker = setInterval(() => ticks++, 1);
  await ledger.commit([serviceDoc("web")], []).catch(() => undefined);
  clearInterval(ticker);
  holder.process.stdin.write("done\n");
  await holder.ended;
  // Once in each pause between two tries, at least; a wait that blocks leaves room for one or two.
  expect(ticks).toBeGreaterThan(8);
});

test("a read-only folder and a read-only file are told, and writing resumes with the right to write", async () => {
  chmodSync(folder, 0o555);
  const user = startChild("nobody", file);
  const said = async (line: string): Promise<string | undefined> => {
    const before = user.lines.length;
    user.process.stdin.write(`${line}\n`);
    await printed(user, before + 1);
    return user.lines[before];
  };
  await printed(user, 1);
  expect(user.lines).toEqual(["opened SK-LEDGER-READONLY"]);
  expect(await said("a")).toBe("SK-LEDGER-READONLY false");
  chmodSync(folder, 0o777);
  expect(await said("b")).toBe("stored true");
  user.process.stdin.end();
  expect(await user.ended).toBe(0);

  chmodSync(file, 0o444);
  const again = startChild("nobody", file);
  await printed(again, 1);
  again.process.stdin.end("c\n");
  expect(await again.ended).toBe(0);
  expect(again.lines.at(-1)).toBe("SK-LEDGER-READONLY false");
});

test("a missing folder is told, and the file is made once the folder is there", async () => {
  file = join(folder, "later", "ledger.db");
  const ledger = open();
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-UNAVAILABLE" });
  await expect(ledger.load("service#web", "service")).rejects.toMatchObject({ code: "SK-LEDGER-UNAVAILABLE" });
  await expect(ledger.due(T0, 1)).rejects.toMatchObject({
    code: "SK-LEDGER-UNAVAILABLE",
    message: expect.stringMatching(/later\/ledger\.db .*folder exists/) as string,
  });
  mkdirSync(join(folder, "later"));
  await recovers(ledger);
});

test("a file that is no database is told, left as it is, and a good one in its place is opened", async () => {
  writeFileSync(file, "this is not a database, and never was one. ".repeat(200));
  const ledger = open();
  await expect(ledger.commit([serviceDoc("web")], [])).rejects.toMatchObject({ code: "SK-LEDGER-CORRUPT" });
  expect(ledger.health()).toMatchObject({ ok: false, code: "SK-LEDGER-CORRUPT" });
  renameSync(file, `${file}.damaged`);
  await recovers(ledger);
});

test("a file that got damaged is told by what touches the damage, and is read anew once it is mended", async () => {
  const ledger = open();
  const many = Array.from({ length: 100 }, (_, n) =>
    incidentDoc(`i-${n}`, { body: { hints: { x: "y".repeat(4_000) } } }),
  );
  await Promise.all(many.map((doc) => ledger.commit([doc], [])));
  await ledger.close();
  const good = readFileSync(file);
  expect(good.length).toBeGreaterThan(400_000);
  writeFileSync(file, Buffer.from(good).fill(0xa5, 3 * 4096));

  const again = open();
  const outcomes = await Promise.allSettled(many.map(({ key }) => again.load(key, "incident")));
  const refused = outcomes.filter((each) => each.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  for (const each of refused) expect(each).toMatchObject({ reason: { code: "SK-LEDGER-CORRUPT" } });
  expect(again.health()).toMatchObject({ ok: false, code: "SK-LEDGER-CORRUPT" });

  writeFileSync(file, good);
  await recovers(again);
  expect(await again.load("incident#i-99#1", "incident")).toMatchObject({ version: 1 });
});

test("a file that is removed while it is open is made anew, not written to in vain", async () => {
  const ledger = open();
  await ledger.commit([serviceDoc("before")], []);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`);
  expect(ledger.health().lost).toBeUndefined();
  await ledger.commit([serviceDoc("after")], []);
  expect(await open().load("service#after", "service")).not.toBeNull();
  expect(ledger.health()).toMatchObject({ ok: true, lost: { code: "SK-LEDGER-REPLACED" } });
});

test("health tells since when", async () => {
  file = join(folder, "later", "ledger.db");
  const before = systemClock.now();
  const ledger = open();
  const { since } = ledger.health();
  expect(since).toBeGreaterThanOrEqual(before);
  await systemClock.sleep(30);
  await ledger.load("x", "service").catch(() => undefined);
  expect(ledger.health().since).toBe(since);
});
