import { DatabaseSync } from "node:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { ArchivedIncident } from "../../src/record/archive/archive.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import { incident, note } from "./support/samples.ts";

const archived = (n: number): ArchivedIncident => ({
  key: `incident#i-${n}#1`,
  version: 1,
  incident: incident(`i-${n}`, { labels: { group: `web-${n % 7}`, services: ["checkout", "search"] } }),
  timeline: Array.from({ length: 20 }, (_, k) => note(`incident#i-${n}#1`, `Step ${k} of ${n}: drained.`)),
});

async function withFile(work: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-archive-"));
  try {
    await work(join(folder, "archive.db"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("later documents are compressed by a dictionary of earlier ones, and all come back", () =>
  withFile(async (file) => {
    const archive = openSqliteArchive({ file, clock: systemClock });
    const all = Array.from({ length: 300 }, (_, n) => archived(n));
    for (let n = 0; n < all.length; n += 50) await archive.put(all.slice(n, n + 50));
    for (const each of all) expect(await archive.get(each.key)).toEqual(each);
    await archive.close();

    const db = new DatabaseSync(file);
    const sizes = db
      .prepare("SELECT dictionary, count(*) AS count, avg(length(body)) AS bytes FROM archive_documents GROUP BY 1")
      .all() as { dictionary: number; count: number; bytes: number }[];
    db.close();
    expect(sizes.map(({ dictionary, count }) => [dictionary, count])).toEqual([
      [0, 200],
      [1, 100],
    ]);
    expect(sizes[1]?.bytes).toBeLessThan((sizes[0]?.bytes ?? 0) / 2);
  }));

test("a dictionary that was changed is an error, not a wrong document", () =>
  withFile(async (file) => {
    const archive = openSqliteArchive({ file, clock: systemClock });
    const all = Array.from({ length: 201 }, (_, n) => archived(n));
    await archive.put(all.slice(0, 200));
    await archive.put(all.slice(200));
    await archive.close();

    const db = new DatabaseSync(file);
    // As long as before, with other letters.
    db.exec("UPDATE archive_dictionaries SET body = CAST(upper(CAST(body AS TEXT)) AS BLOB)");
    db.close();
    const again = openSqliteArchive({ file, clock: systemClock });
    await expect(again.get("incident#i-200#1")).rejects.toThrow(/checksum|corrupt/i);
    expect(await again.get("incident#i-199#1")).toEqual(all[199]);
    await again.close();
  }));
