import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadParts } from "@spotkeeper/controller";
import {
  createQueues,
  createSimulator,
  fleetOperations,
  interrupt,
  realClock,
  serveSimulator,
  stormFleet,
} from "@spotkeeper/simulator";
import { setTimeout as delay } from "node:timers/promises";
import { openSqliteInventory } from "../packages/controller/src/inventory/drivers/sqlite.ts";
import type { Row } from "./support/row.ts";
import { REGION, timeRun } from "./support/worker.ts";

export const name = "backlog";

const WARNINGS = 200;
const CLUSTERS = 4;
/** The account of the fleet's first place, and an access key of it. */
const ACCOUNT = "111111111111";
const KEY = `AKIA${ACCOUNT}`;
/** Time for the simulator's token buckets to refill, and for the warnings to reach the queue. */
const UNTIL_QUIET = 6_000;

/**
 * Puts two hundred warnings into the simulator's queue, over HTTP and with AWS's throttling, and measures the real time
 * until `spotkeeper run`, with a warm inventory file, has had a write accepted for each.
 */
export async function run(): Promise<readonly Row[]> {
  const clock = realClock({ speed: 1 });
  const queues = createQueues(clock, 1);
  queues.create(ACCOUNT, REGION, "spotkeeper", { visibilityTimeout: 60 });
  const { world, victims } = stormFleet({
    clock,
    seed: 1,
    send: (to, body) => void queues.sendTo(to, body),
    queueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:spotkeeper`,
    instances: WARNINGS,
    clusters: CLUSTERS,
    buckets: 1,
  });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, queues });
  const server = await serveSimulator(simulator);
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  try {
    await warm(join(folder, "spotkeeper-inventory.db"), server.url, world.instances.size);
    for (const { id } of victims) interrupt(world, id, {});
    await delay(UNTIL_QUIET);
    const queueUrl = `${server.url}/${ACCOUNT}/spotkeeper`;
    const acted = await timeRun({ folder, endpoint: server.url, queueUrl, accessKeyId: KEY, warnings: WARNINGS });
    return [
      {
        what: `${WARNINGS} waiting warnings: all have their first action, from the start of the process`,
        value: acted.seconds,
        unit: "s",
      },
      {
        what: `${WARNINGS} waiting warnings: all have their first action, from when it is ready`,
        value: acted.sinceReady,
        unit: "s",
      },
    ];
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fills an inventory file by the worker's sweep, as fast as AWS's limits allow. */
async function warm(file: string, endpoint: string, instances: number): Promise<void> {
  const clock = realClock({ speed: 1 });
  const { createAws, createClients, createSweeper } = await loadParts();
  const clients = createClients({
    clock,
    accounts: [],
    endpoint,
    credentials: () => Promise.resolve({ accessKeyId: KEY, secretAccessKey: "test" }),
    requestHandler: null,
  });
  const aws = createAws({
    clock,
    random: Math.random,
    clients,
    accounts: [],
    ownAccount: () => ACCOUNT,
    onCall: () => {},
  });
  const inventory = openSqliteInventory({ file, clock, every: 1_000 });
  const stop = new AbortController();
  const sweeper = createSweeper({
    aws,
    inventory,
    clock,
    random: () => 0.5,
    lease: () => Promise.resolve(true),
    places: [{ account: null, region: REGION }],
    callsPerMinute: 6_000,
    often: 600_000,
    keep: 86_400_000,
  });
  const sweeping = sweeper.run(stop.signal);
  const known = (facet: "instance" | "health"): number => [...inventory.entries(facet)].length;
  while (known("instance") < instances || known("health") < CLUSTERS) await delay(100);
  stop.abort();
  await sweeping;
  aws.close();
  await inventory.close();
}
