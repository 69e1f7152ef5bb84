import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, createLog, loadConfig, type Running, runWorker, type Tap } from "@spotkeeper/controller";
import {
  createQueues,
  createSimulator,
  fleetOperations,
  hostsOfCheckout,
  type Player,
  playTrace,
  sandboxFleet,
  serveSimulator,
  type Simulator,
  type Trace,
  type World,
} from "@spotkeeper/simulator";
import type { Output } from "../io.ts";
import type { PacedClock } from "./clock.ts";
import { pageFolder } from "../page.ts";

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const QUEUE = "spotkeeper";
/** assumed: the duration of an AWS call in simulated milliseconds, besides this machine's own time. */
const LATENCY = { min: 15, max: 60 };
/** Real seconds before the first interruption, so that you see the fleet at rest and the inventory fills. */
const LEAD_IN_SECONDS = 4;
/**
 * assumed: the shares of events other than plain warnings, so that each appears within minutes. The trace has only
 * times and counts of interruptions.
 */
const MIX = { recommended: 0.35, missed: 0.04, cancelled: 0.05, duplicated: 0.15, late: 0.1, fargate: 0.25 };
/** Simulated milliseconds that the worker may take to stop; by then its clock runs at normal speed. */
const STOP_WITHIN = 4_000;

export interface BackendOptions {
  readonly clock: PacedClock;
  readonly trace: Trace;
  readonly seed: number;
  readonly policy: Config["policy"];
  /** The port of the HTTP API; 0 for a free one. */
  readonly port: number;
  readonly env: { readonly [name: string]: string | undefined };
  readonly tap: Tap;
  /** Gets the alerts of the console channel. */
  readonly alerts: (text: string) => void;
  /** Gets the worker's log: warnings and errors. */
  readonly log: Pick<Output, "write" | "isTTY">;
}

/** What the screen shows: a simulated fleet, its AWS endpoint on the loopback address, and the real worker. */
export interface Backend {
  readonly world: World;
  readonly simulator: Simulator;
  readonly player: Player;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts all parts. Rejects with SK-SHOW-LISTEN if the port is taken. State is kept in a temporary folder until
 * `close`.
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const { clock, seed } = options;
  const queues = createQueues(clock, seed);
  queues.create(ACCOUNT, REGION, QUEUE);
  const { world } = sandboxFleet({
    clock,
    seed,
    send: (arn, body) => void queues.sendTo(arn, body),
    queueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${QUEUE}`,
    account: ACCOUNT,
    region: REGION,
  });
  const simulator = createSimulator({ clock, seed, world, queues, operations: fleetOperations, latency: LATENCY });
  const server = await serveSimulator(simulator);
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-sandbox-"));
  const discard = async (): Promise<void> => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  let running: Running;
  try {
    running = await runWorker({
      config: configOf(options, server.url, folder),
      log: createLog({ level: "warn", format: "auto", output: options.log, color: false, clock }),
      env: { AWS_REGION: REGION },
      output: { write: options.alerts },
      color: false,
      clock,
      sandbox: true,
      page: pageFolder(),
      aws: { credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "simulated" }) },
      tap: options.tap,
    });
  } catch (error) {
    await discard();
    throw error;
  }
  const player = playTrace(world, options.trace, {
    speed: 1,
    leadIn: LEAD_IN_SECONDS * 1_000 * clock.speed(),
    repeat: true,
    mix: MIX,
    opening: hostsOfCheckout,
  });
  return {
    world,
    simulator,
    player,
    url: running.url,
    async close() {
      player.stop();
      clock.setSpeed(1);
      await running.stop(STOP_WITHIN);
      await discard();
    },
  };
}

/** Makes the worker's config, with files in a temporary folder; the archive in memory, since time runs faster than its thread. */
function configOf({ policy, port }: BackendOptions, endpoint: string, folder: string): Config {
  const base = loadConfig(null, () => "");
  return {
    ...base,
    policy,
    aws: { ...base.aws, endpoint, regions: [REGION] },
    sources: {
      ...base.sources,
      sqs: [{ queueUrl: `${endpoint}/${ACCOUNT}/${QUEUE}`, deadLetterQueueUrl: null, concurrency: 100 }],
    },
    ledger: { driver: "sqlite", file: join(folder, "ledger.db"), synchronous: "FULL" },
    archive: { driver: "sqlite", file: ":memory:" },
    inventory: { driver: "sqlite", file: join(folder, "inventory.db") },
    show: { ...base.show, listen: `127.0.0.1:${port}` },
  };
}
