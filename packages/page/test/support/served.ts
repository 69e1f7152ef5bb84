import { join } from "node:path";
import { group, member } from "../../../controller/test/enrich/support/fleet.ts";
import { createMemoryInventory } from "../../../controller/src/inventory/memory.ts";
import { incident, incidentDoc } from "../../../controller/test/record/support/samples.ts";
import { type Setting, startShow } from "../../../controller/test/show/support/show.ts";
import type { Incident } from "../../../controller/src/model/incident.ts";
import type { ShowOptions } from "../../../controller/src/show/deps.ts";
import { readPage } from "../../../controller/src/show/page-files.ts";

const folder = join(import.meta.dirname, "../../../cli/page");
const OUTCOMES = ["drained", "drained", "drained", "deadline-passed", "missed-notice", "cancelled"] as const;
const GROUPS = ["web", "workers", "batch"];

/** An incident that began `ago` milliseconds before now, the n-th of a fleet of three groups and zones. */
export function sample(n: number, ago: number, more: Partial<Incident> = {}): Partial<Incident> {
  const at = Date.now() - ago;
  return {
    openedAt: at,
    deadline: at + 120_000,
    availabilityZone: `eu-west-1${"abc"[n % 3] ?? "a"}`,
    labels: {
      group: GROUPS[n % 3] ?? "web",
      name: GROUPS[n % 3] ?? "web",
      instanceType: n % 2 === 0 ? "m5.large" : "c5.xlarge",
    },
    signals: [
      { kind: "spot-interruption", at, receivedAt: at, source: "sqs", id: `s-${n}` },
    ] as unknown as Incident["signals"],
    ...more,
  };
}

/** An inventory of groups in three zones; the first instances are those of the open incidents. */
function fleet(instances: number): ReturnType<typeof createMemoryInventory> {
  const inventory = createMemoryInventory();
  for (let n = 0; n < instances; n += 100) {
    const ids = Array.from({ length: Math.min(100, instances - n) }, (_, index) => n + index);
    const members = ids.map((id) => ({
      ...member(`i-open${id}`),
      availabilityZone: `eu-west-1${"abc"[id % 3] ?? "a"}`,
    }));
    const name = `${GROUPS[(n / 100) % 3] ?? "web"}-${n / 100}`;
    inventory.put("group", `111122223333/eu-west-1/${name}`, { ...group(name, { instances: members }), arn: name }, 1);
  }
  return inventory;
}

/** A server of the built page over real stores, with so many open and so many archived incidents, and such a fleet. */
export async function serve(
  open: number,
  archived: number,
  options: ShowOptions = {},
  instances: number = 60,
): Promise<Setting> {
  const page = await readPage(folder);
  if (page === null) throw new Error("the page is not built: npm run page");
  const setting = await startShow({ page, ...options }, { inventory: fleet(instances) });
  const docs = Array.from({ length: open }, (_, n) =>
    incidentDoc(`i-open${n}`, { tags: [`subject#i-open${n}`, "open"], body: sample(n, 20_000 + n * 100) }),
  );
  for (let n = 0; n < docs.length; n += 50) await setting.ledger.commit(docs.slice(n, n + 50), []);
  const closed = Array.from({ length: archived }, (_, n) => {
    const ago = 3_600_000 * (1 + (n % 600));
    const at = Date.now() - ago;
    const outcome = OUTCOMES[n % OUTCOMES.length] ?? "drained";
    const drainedAt = outcome === "drained" ? at + 60_000 : null;
    const body = incident(`i-${n}`, sample(n, ago, { outcome, drainedAt, closedAt: at + 200_000 }));
    const timeline = [
      { key: `incident#i-${n}#1`, at, kind: "signal", text: "Spot interruption warning (terminate)", data: {} },
      { key: `incident#i-${n}#1`, at: at + 60_000, kind: "state", text: "drained with 60.0 s left", data: {} },
      { key: `incident#i-${n}#1`, at: at + 200_000, kind: "outcome", text: "closed: drained", data: {} },
    ] as const;
    return { key: `incident#i-${n}#1`, version: 1, incident: body, timeline };
  });
  await setting.archive.put(closed);
  return setting;
}
