import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Row } from "./support/row.ts";

export const name = "start";

/** The installed command. */
const MAIN = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const CLIENTS = ["auto-scaling", "ec2", "ecs", "elastic-load-balancing", "elastic-load-balancing-v2", "sns", "sqs"];
const RUNS = 5;

/**
 * Measures from the start of `spotkeeper run --dry-run` until it says that it runs, compared with a bare process that
 * loads the SDK clients.
 */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  try {
    writeFileSync(join(folder, "spotkeeper.yaml"), `show: { listen: "127.0.0.1:0" }\n`);
    const bare = join(folder, "bare.mjs");
    const imports = CLIENTS.map(
      (one) => `await import(${JSON.stringify(import.meta.resolve(`@aws-sdk/client-${one}`))});`,
    );
    writeFileSync(bare, `${imports.join("\n")}\nconsole.error("the worker runs");\n`);
    const product: number[] = [];
    const floor: number[] = [];
    for (let index = 0; index < RUNS; index++) {
      floor.push(await untilRunning([bare], folder));
      product.push(await untilRunning([MAIN, "run", "--dry-run"], folder));
    }
    return [
      { what: "run --dry-run, until it runs (median)", value: median(product), unit: "ms" },
      { what: "a bare process that loads the same SDK clients (median)", value: median(floor), unit: "ms" },
      { what: "ratio", value: median(product) / median(floor), unit: "×" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilRunning(args: readonly string[], cwd: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  try {
    return await new Promise<number>((resolve, reject) => {
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("the worker runs")) resolve(performance.now() - began);
      });
      child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said.slice(-500)}`)));
    });
  } finally {
    child.removeAllListeners("exit");
    // As a service manager does it; the next run uses the compile cache that this one has written.
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
