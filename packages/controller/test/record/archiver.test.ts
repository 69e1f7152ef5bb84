import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Archive, ArchivedIncident } from "../../src/record/archive/archive.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import { createArchiver } from "../../src/record/archiver.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { incidentDoc, note, T0 } from "./support/samples.ts";

let ledger: Ledger;
let archive: Archive;
beforeEach(() => {
  ledger = openSqliteLedger({ file: ":memory:", clock: systemClock });
  archive = openSqliteArchive({ file: ":memory:", clock: systemClock });
});
afterEach(() => Promise.all([ledger.close(), archive.close()]));

async function close(id: string, entries = 2): Promise<Doc<"incident">> {
  const doc = incidentDoc(id, {
    wakeAt: null,
    body: { closedAt: T0, outcome: "drained", labels: { group: "web", cluster: "prod" } },
  });
  await ledger.commit(
    [doc],
    Array.from({ length: entries }, (_, n) => note(doc.key, `entry ${n}`)),
  );
  return { ...doc, version: 1 };
}

/** An archive whose `put` first asks `before`. */
function guarded(before: (incidents: readonly ArchivedIncident[]) => void | Promise<void>): Pick<Archive, "put"> {
  return {
    async put(incidents) {
      await before(incidents);
      await archive.put(incidents);
    },
  };
}

test("moves closed incidents with facts and whole timeline, once, and leaves open ones", async () => {
  const doc = await close("i-1", 450);
  await ledger.commit([incidentDoc("i-open")], []);
  const puts: string[][] = [];
  const archiver = createArchiver({
    ledger,
    archive: guarded((incidents) => void puts.push(incidents.map(({ key }) => key))),
  });
  expect(await archiver.run()).toEqual({ archived: 1, failed: [], more: false });
  expect(await archiver.run()).toEqual({ archived: 0, failed: [], more: false });

  expect(puts).toEqual([[doc.key]]);
  const got = await archive.get(doc.key);
  expect(got).toMatchObject({ version: 1, incident: { outcome: "drained", labels: { group: "web" } } });
  expect(got?.timeline).toHaveLength(450);
  expect((await archive.list({ group: "web" }, 10)).items).toHaveLength(1);
  expect(await ledger.purge(T0 + 1)).toBe(1);
});

test("a crash between put and commit only repeats the put", async () => {
  const doc = await close("i-1");
  const dying = { ...ledger, commit: () => Promise.reject(new Error("killed")) };
  await expect(createArchiver({ ledger: dying, archive }).run()).rejects.toThrow("killed");
  expect(await archive.get(doc.key)).not.toBeNull();
  expect(await ledger.purge(T0 + 1)).toBe(0);
  expect(await createArchiver({ ledger, archive }).run()).toMatchObject({ archived: 1 });
  expect(await ledger.purge(T0 + 1)).toBe(1);
});

test("a signal that joins while it is archived is archived by the next run, before any purge", async () => {
  const doc = await close("i-1");
  const archiver = createArchiver({
    ledger,
    archive: guarded(async ([first]) => {
      if (first?.version === 1) await ledger.commit([{ ...doc, body: { ...doc.body, signalCount: 5 } }], []);
    }),
  });
  expect(await archiver.run()).toMatchObject({ archived: 0, failed: [] });
  expect(await ledger.purge(T0 + 1)).toBe(0);
  expect(await archiver.run()).toMatchObject({ archived: 1 });
  expect(await archive.get(doc.key)).toMatchObject({ version: 2, incident: { signalCount: 5 } });
});

test("one that the archive refuses keeps no other out, and is reported", async () => {
  for (let n = 0; n < 30; n++) await close(`i-${n}`);
  const archiver = createArchiver({
    ledger,
    archive: guarded((incidents) => {
      if (incidents.some(({ key }) => key === "incident#i-3#1")) throw new Error("too odd");
    }),
  });
  const report = await archiver.run();
  expect(report.archived).toBe(29);
  expect(report.failed).toEqual([{ key: "incident#i-3#1", error: new Error("too odd") }]);
  expect((await ledger.unarchived()).items).toEqual(["incident#i-3#1"]);
});

test("an archive that is away rejects, and the incidents wait in the ledger", async () => {
  for (let n = 0; n < 3; n++) await close(`i-${n}`);
  let away = true;
  const archiver = createArchiver({
    ledger,
    archive: guarded(() => {
      if (away) throw new Error("away");
    }),
  });
  await expect(archiver.run()).rejects.toThrow("away");
  expect((await ledger.unarchived()).items).toHaveLength(3);
  away = false;
  expect(await archiver.run()).toMatchObject({ archived: 3 });
});

test("one run is bounded, tells that there is more, and two at once are one", async () => {
  for (let n = 0; n < 510; n++) await close(`i-${n}`, 0);
  const archiver = createArchiver({ ledger, archive });
  const [first, same] = await Promise.all([archiver.run(), archiver.run()]);
  expect(first).toEqual({ archived: 500, failed: [], more: true });
  expect(same).toBe(first);
  expect(await archiver.run()).toEqual({ archived: 10, failed: [], more: false });
});
