import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
export const REGION = "us-east-1";
const MAIN = join(ROOT, "packages/cli/src/main.ts");
const GIVE_UP = 120_000;

export interface Work {
  /** Contains the config and the worker's files. */
  readonly folder: string;
  readonly endpoint: string;
  readonly queueUrl: string;
  /** An access key of the queue's account; emulators check no secret. */
  readonly accessKeyId: string;
  /** The number of waiting messages, each about another interruption. */
  readonly warnings: number;
}

export interface Acted {
  /** Seconds from the start of the process until AWS had accepted a first action for each interruption. */
  readonly seconds: number;
  /** The same, from when the worker said that it is ready. */
  readonly sinceReady: number;
}

/** Runs `spotkeeper run` on a queue with waiting warnings, until all have their first action. */
export async function timeRun({ folder, endpoint, queueUrl, accessKeyId, warnings }: Work): Promise<Acted> {
  const port = await freePort();
  writeFileSync(
    join(folder, "spotkeeper.yaml"),
    `aws: { endpoint: "${endpoint}", regions: [${REGION}] }
sources: { sqs: [{ queueUrl: "${queueUrl}" }] }
show: { listen: "127.0.0.1:${port}" }
log: { level: error }
`,
  );
  const began = performance.now();
  const worker = spawn(process.execPath, ["--conditions=@spotkeeper/source", MAIN, "run"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: "test" },
  });
  try {
    await answering(`http://127.0.0.1:${port}/healthz`);
    const ready = performance.now();
    const acted = await untilActed(`http://127.0.0.1:${port}/metrics`, warnings, began);
    return { seconds: (acted - began) / 1000, sinceReady: (acted - ready) / 1000 };
  } finally {
    await ended(worker);
  }
}

/** Returns the instant at which the worker has counted that many first actions. */
async function untilActed(metrics: string, warnings: number, began: number): Promise<number> {
  while (performance.now() - began < GIVE_UP) {
    const text = await fetch(metrics).then(
      (response) => response.text(),
      () => "",
    );
    const count = Number(/^spotkeeper_first_action_seconds_count (\d+)/m.exec(text)?.[1] ?? 0);
    if (count >= warnings) return performance.now();
    await delay(20);
  }
  throw new Error(`not all were acted on within ${GIVE_UP / 1000} s`);
}

/** Resolves when the URL answers 200. */
export async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      return;
    await delay(10);
  }
  throw new Error(`${url} does not answer`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
