import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import manifest from "../packages/controller/package.json" with { type: "json" };
import type { Row } from "./support/row.ts";

export const name = "memory";

/** The installed command. */
const MAIN = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const MANY = fileURLToPath(new URL("./memory-many.ts", import.meta.url));
const CONTROLLER = fileURLToPath(new URL("../packages/controller/", import.meta.url));
const SETTLE = 8_000;
/** The inventory keeps at most 50,000 instances, so between the last two counts only closed incidents could grow. */
const COUNTS = [10_000, 120_000, 240_000];

/** Measures the resident memory of an idle worker, and the heap of a worker after many closed incidents. */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  writeFileSync(join(folder, "spotkeeper.yaml"), `show: { listen: "127.0.0.1:0" }\n`);
  try {
    const idle = await idleMegabytes([MAIN, "run"], folder);
    const all = Object.keys(manifest.dependencies).flatMap((one) => /^@aws-sdk\/client-(.*)/.exec(one)?.[1] ?? []);
    const args = ["--expose-gc", "--conditions=@spotkeeper/source", MANY, folder, ...COUNTS.map(String)];
    const output = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 1_800_000 });
    const figures = output.trim().split(" ").map(Number);
    return [
      { what: "resident memory of an idle worker", value: idle, unit: "MB" },
      { what: "of a bare process that loads the SDK's EC2 client", value: await clients(["ec2"]), unit: "MB" },
      { what: `of one that loads all ${all.length} clients of the worker`, value: await clients(all), unit: "MB" },
      ...COUNTS.map((count, index) => ({
        what: `heap after ${count} incidents, all closed and archived`,
        value: figures[index] ?? Number.NaN,
        unit: "MB",
      })),
      { what: "incidents still open then", value: figures[COUNTS.length] ?? Number.NaN, unit: "" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures the resident memory of a process that loads some of the SDK's clients, then waits. */
const clients = (names: readonly string[]): Promise<number> => {
  const imports = names.map((one) => `import "@aws-sdk/client-${one}";`).join("\n");
  return idleMegabytes(["--input-type=module", "--eval", `${imports}\nsetInterval(() => {}, 60_000);`], CONTROLLER);
};

async function idleMegabytes(args: readonly string[], cwd: string): Promise<number> {
  const child = spawn(process.execPath, args, { cwd, stdio: "ignore" });
  try {
    await delay(SETTLE);
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" })) / 1024;
  } finally {
    child.kill("SIGKILL");
  }
}
