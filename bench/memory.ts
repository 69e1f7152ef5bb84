import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Row } from "./main.ts";

export const name = "memory";

const MAIN = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));
const MANY = fileURLToPath(new URL("./memory-many.ts", import.meta.url));
const SETTLE = 8_000;

/** Resident memory of an idle worker; and the heap of one after ten and a hundred thousand incidents that closed. */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  try {
    const idle = await idleMegabytes(folder);
    const output = execFileSync(process.execPath, ["--expose-gc", "--conditions=@spotkeeper/source", MANY, folder], {
      encoding: "utf8",
      timeout: 1_200_000,
    });
    const [few = Number.NaN, many = Number.NaN, open = Number.NaN] = output.trim().split(" ").map(Number);
    return [
      { what: "resident memory of an idle worker", value: idle, unit: "MB" },
      { what: "heap after 10,000 incidents, all closed", value: few, unit: "MB" },
      { what: "heap after 100,000 incidents, all closed", value: many, unit: "MB" },
      { what: "incidents still open then", value: open, unit: "" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function idleMegabytes(folder: string): Promise<number> {
  writeFileSync(join(folder, "spotkeeper.yaml"), `show: { listen: "127.0.0.1:0" }\n`);
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", MAIN, "run"], {
    cwd: folder,
    stdio: "ignore",
  });
  try {
    await delay(SETTLE);
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" })) / 1024;
  } finally {
    child.kill("SIGKILL");
  }
}
