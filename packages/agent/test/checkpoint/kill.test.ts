import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { fileStore, restore } from "../../src/checkpoint/index.ts";

const folder = mkdtempSync(join(tmpdir(), "spotkeeper-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 200;

test(
  `SIGKILL at ${KILLS} random moments never leaves a checkpoint that cannot be read, nor an older one`,
  { timeout: 300_000 },
  async () => {
    const store = fileStore(folder);
    let certain = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const writer = join(import.meta.dirname, "support/writer.ts");
      const child = spawn(process.execPath, [writer, folder, String(certain)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      for await (const line of createInterface(child.stdout)) {
        if (line !== "ready") certain = Number(line);
        // From here on it is somewhere in the next one.
        else setTimeout(() => child.kill("SIGKILL"), Math.random() * 40);
      }
      await ended;
      const found = await restore("work", { store });
      if (found === null) {
        expect(certain).toBe(0);
        continue;
      }
      const { number, end } = found.data as { number: number; end: number };
      expect(end).toBe(number);
      expect(number).toBeGreaterThanOrEqual(certain);
      certain = number;
    }
    expect(certain).toBeGreaterThan(0);
    // What a killed writer left is swept by the next: at most the last one of each place.
    expect(readdirSync(folder).filter((file) => file.endsWith(".new")).length).toBeLessThanOrEqual(2);
  },
);
