import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { REGION, type Served } from "./fleet.ts";

const MAIN = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
const CRASH = new URL("./crash.ts", import.meta.url).href;

/** What the worker's own door takes. */
export const INGEST_TOKEN = "let-me-in";

export interface Home {
  readonly folder: string;
  readonly config: string;
  readonly ledger: string;
}

/** A folder with a config for the real `spotkeeper run`: the simulator's queue and endpoint, files of its own. */
export function createHome(served: Served): Home {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-survive-"));
  const config = join(folder, "spotkeeper.yaml");
  const ledger = join(folder, "ledger.db");
  writeFileSync(
    config,
    `
aws: { endpoint: "${served.server.url}", regions: [${REGION}] }
sources: { sqs: [{ queueUrl: "${served.queueUrl}" }], http: { token: "\${env:INGEST_TOKEN}" } }
ledger: { file: ${ledger} }
archive: { file: ${join(folder, "archive.db")} }
inventory: { file: ${join(folder, "inventory.db")} }
show: { listen: "127.0.0.1:0" }
policy:
  defaults:
    replaceCap: 1
    replaceCooldown: 0s
    replaceWithin: 5m
    drainHook: { port: 9, path: /drain, timeout: 500ms }
    ssm: { document: AWS-RunShellScript, parameters: { commands: ["systemctl stop shop"] } }
  rules:
    - { name: detach, match: { group: detached }, do: { replace: detach } }
    - { name: raise, match: { group: raised }, do: { replace: raise } }
    - { name: short, match: { group: short }, do: { replace: detach, onDemand: { for: 1m, most: 40 } } }
`,
  );
  return { folder, config, ledger };
}

export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly log: () => string;
}

/** Starts the real command. `crashAt` is a boundary (crash.ts), or empty. */
export function startRun(served: Served, home: Home, crashAt = ""): Child {
  const args = ["--conditions=@spotkeeper/source", "--import", CRASH, MAIN, "run", "--config", home.config];
  const child = spawn(process.execPath, args, {
    cwd: home.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "AKIA123456789012",
      AWS_SECRET_ACCESS_KEY: "not-checked",
      INGEST_TOKEN,
      SIM_CLOCK: served.clockOf(),
      CRASH_AT: crashAt,
    },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const exited = once(child, "exit").then(([code, signal]: unknown[]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  return { process: child, exited, log: () => chunks.join("") };
}
