import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { env } from "node:process";
import { systemClock } from "../packages/controller/src/clock.ts";
import type { Archive, ArchivedIncident } from "../packages/controller/src/record/archive/archive.ts";
import { openSqliteArchive } from "../packages/controller/src/record/archive/sqlite/open.ts";
import { panelNames, type PanelQuestion } from "../packages/controller/src/record/rows/panel.ts";
import { quantile } from "../packages/cli/src/simulate/quantile.ts";
import { closedIncidents, createHistory, FIRST, LAST } from "./support/history.ts";
import type { Row } from "./support/row.ts";

export const name = "archive";

/** `INCIDENTS=10000000 npm run bench archive` takes about an hour and 4 GB of disk. */
const INCIDENTS = Number(env["INCIDENTS"] ?? 300_000);
const BATCH = 500;
const REPEATS = 5;

const filters: readonly { readonly said: string; readonly filter: PanelQuestion["filter"] }[] = [
  { said: "all", filter: {} },
  { said: "one group", filter: { group: "group-3" } },
  { said: "one zone", filter: { availabilityZone: "eu-west-1a" } },
  { said: "one type", filter: { instanceType: "type-5.xlarge" } },
  { said: "one region", filter: { region: "eu-west-1" } },
  { said: "one outcome", filter: { outcome: "drained" } },
  { said: "one zone and type", filter: { availabilityZone: "eu-west-1a", instanceType: "type-5.xlarge" } },
];

/**
 * Measures the archive over three years of incidents: what it takes in, its size, and how long panels take. The queries
 * run on this thread, alone.
 */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  const file = join(folder, "archive.db");
  try {
    const archive = openSqliteArchive({ file, clock: systemClock });
    const perSecond = await fill(archive);
    await archive.close();
    const bytes = statSync(file).size / INCIDENTS;
    const again = openSqliteArchive({ file, clock: systemClock });
    const panels = await askAll(again);
    await again.close();
    return [
      { what: `incidents archived, of ${INCIDENTS}`, value: perSecond, unit: "incidents/s" },
      { what: "their size on disk", value: bytes, unit: "bytes/incident" },
      ...panels,
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the incidents archived in a second; making them is not counted. */
async function fill(archive: Archive): Promise<number> {
  const next = createHistory(await closedIncidents(), INCIDENTS);
  let took = 0;
  for (let done = 0; done < INCIDENTS; done += BATCH) {
    const batch: ArchivedIncident[] = Array.from({ length: Math.min(BATCH, INCIDENTS - done) }, next);
    const began = performance.now();
    await archive.put(batch);
    took += performance.now() - began;
  }
  return INCIDENTS / (took / 1_000);
}

async function askAll(archive: Archive): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { said, filter } of filters) {
    const times: number[] = [];
    let slowest = { panel: "", took: 0 };
    for (const panel of panelNames) {
      for (let n = 0; n < REPEATS; n++) {
        const began = performance.now();
        // A range that begins and ends within a day, so that the edges are counted from incidents.
        await archive.panel({ panel, from: FIRST + 5_000_000, to: LAST - 5_000_000, filter });
        const took = performance.now() - began;
        times.push(took);
        if (took > slowest.took) slowest = { panel, took };
      }
    }
    times.sort((a, b) => a - b);
    rows.push(
      { what: `panels of three years, ${said}, p95`, value: quantile(times, 0.95) ?? 0, unit: "ms" },
      { what: `panels of three years, ${said}, slowest (${slowest.panel})`, value: slowest.took, unit: "ms" },
    );
  }
  return rows;
}
