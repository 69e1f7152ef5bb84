import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Row } from "./main.ts";

export const name = "memory";

/** As it is installed. */
const MAIN = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const MANY = fileURLToPath(new URL("./memory-many.ts", import.meta.url));
const SETTLE = 8_000;
/** The inventory holds 50,000 instances at most, so that between the last two only what is closed could grow. */
const COUNTS = [10_000, 120_000, 240_000];

/** Resident memory of an idle worker; and the heap of one after many incidents that closed. */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  try {
    const idle = await idleMegabytes(folder);
    const args = ["--expose-gc", "--conditions=@spotkeeper/source", MANY, folder, ...COUNTS.map(String)];
    const output = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 1_800_000 });
    const figures = output.trim().split(" ").map(Number);
    return [
      { what: "resident memory of an idle worker", value: idle, unit: "MB" },
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

async function idleMegabytes(folder: string): Promise<number> {
  writeFileSync(join(folder, "spotkeeper.yaml"), `show: { listen: "127.0.0.1:0" }\n`);
  const child = spawn(process.execPath, [MAIN, "run"], { cwd: folder, stdio: "ignore" });
  try {
    await delay(SETTLE);
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" })) / 1024;
  } finally {
    child.kill("SIGKILL");
  }
}
