import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a hunt came to: the first seed that breaks with the fault, and in another way than without it; null: none. */
export interface Hunted {
  readonly name: string;
  readonly found: { readonly seed: number; readonly invariant: string; readonly what: string } | null;
  /** Worlds that were played. */
  readonly worlds: number;
  readonly seconds: number;
}

/** What a hunting process says: a world was played, or a fault is done. */
export type Line = { readonly seed: number } | Hunted;

/** A world that takes longer never comes to rest. */
const STUCK_MS = 300_000;

/**
 * Hunts for faults from seed 1 on, in a process of its own: one that never comes to rest is ended, and found by that.
 *
 * @param most the last seed
 */
export async function huntFaults(
  names: readonly string[],
  most: number,
  onHunted: (hunted: Hunted) => void,
): Promise<void> {
  for (let left = names; left.length > 0;) {
    const { done, seed, why } = await hunt(left, most, onHunted);
    const [stuck, ...others] = left.slice(done);
    if (stuck === undefined) return;
    const found = { seed: seed + 1, invariant: "a world comes to rest", what: why };
    onHunted({ name: stuck, found, worlds: seed + 1, seconds: STUCK_MS / 1_000 });
    left = others;
  }
}

/** Hunts until all are done, or the process ends. `why` says what it died of. */
async function hunt(
  names: readonly string[],
  most: number,
  onHunted: (hunted: Hunted) => void,
): Promise<{ readonly done: number; readonly seed: number; readonly why: string }> {
  const file = join(import.meta.dirname, "hunt.ts");
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", file, String(most), ...names], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const watch = setTimeout(() => child.kill("SIGKILL"), STUCK_MS);
  let [done, seed, why] = [0, 0, ""];
  child.stderr.on("data", (chunk: Buffer) => (why = (why + chunk.toString()).slice(-2_000)));
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      watch.refresh();
      const line = JSON.parse(text) as Line;
      if ("name" in line) {
        done += 1;
        seed = 0;
        onHunted(line);
        if (done === names.length) break;
      } else ({ seed } = line);
    }
    return { done, seed, why };
  } finally {
    clearTimeout(watch);
    child.kill("SIGKILL");
  }
}
