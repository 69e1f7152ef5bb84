import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { ArchivedIncident } from "../../src/record/archive/archive.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import { APPLICATION_ID, migrations } from "../../src/record/sqlite/schema.ts";
import { incident, note, T0 } from "./support/samples.ts";

/** The last schema whose archive has one row of text for each incident. */
const BEFORE = 2;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-archive-"));
  file = join(folder, "archive.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const archived = (n: number): ArchivedIncident => ({
  key: `incident#i-${n}#1`,
  version: 3,
  incident: incident(`i-${n}`, {
    openedAt: T0 + n,
    closedAt: T0 + n,
    labels: { group: n % 2 === 0 ? "web" : "batch" },
  }),
  timeline: [note(`incident#i-${n}#1`, "Drained.")],
});

function writeAsBefore(incidents: readonly ArchivedIncident[]): void {
  const db = new DatabaseSync(file);
  for (const step of migrations.slice(0, BEFORE)) db.exec(step);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${BEFORE}`);
  const insert = db.prepare(
    `INSERT INTO archive (key, version, openedAt, open, subject, kinds, incident, facts, timeline)
     VALUES (?, ?, ?, 0, ?, ',', ?, '{}', ?)`,
  );
  for (const { key, version, incident: body, timeline } of incidents)
    insert.run(key, version, body.openedAt, body.subject.id, JSON.stringify(body), JSON.stringify(timeline));
  db.close();
}

test("an archive of an earlier version opens with all its incidents, and counts them", async () => {
  const all = Array.from({ length: 450 }, (_, n) => archived(n));
  writeAsBefore(all);
  const archive = openSqliteArchive({ file, clock: systemClock });

  expect(await archive.get("incident#i-17#1")).toEqual(all[17]);
  const { items } = await archive.list({ group: "web" }, 500);
  expect(items).toEqual(all.filter((_, n) => n % 2 === 0).toReversed());
  expect((await archive.panel({ panel: "groups", from: T0, to: T0 + 450, filter: {} })).marks).toEqual([
    { at: null, name: "batch", count: 225 },
    { at: null, name: "web", count: 225 },
  ]);
  await archive.close();

  const db = new DatabaseSync(file);
  expect(db.prepare("SELECT count(*) AS left FROM archive").get()).toEqual({ left: 0 });
  db.close();
});

test("what is put before all is moved is not overwritten by what is moved", async () => {
  writeAsBefore(Array.from({ length: 450 }, (_, n) => archived(n)));
  const newer = { ...archived(449), version: 4, timeline: [] };
  const archive = openSqliteArchive({ file, clock: systemClock });
  await archive.put([newer]);
  expect(await archive.get(newer.key)).toEqual(newer);
  await archive.close();
});
