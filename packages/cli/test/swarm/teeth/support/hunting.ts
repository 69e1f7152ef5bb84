import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Fault } from "../faults.ts";
import type { Change } from "./put-back.ts";

/** What a process hunts for: seeds of worlds that have all the dimensions that are needed, with the changes put in. */
export interface Hunt {
  readonly changes: readonly Change[];
  readonly needs: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** One seed that was played, and what it broke. */
export interface Played {
  readonly seed: number;
  readonly breaches: readonly { readonly invariant: string; readonly what: string }[];
}

/** What a hunt came to: the first seed that only the fault breaks; `seed` is null where there was none. */
export interface Hunted {
  readonly seed: number | null;
  readonly invariant: string;
  readonly what: string;
  /** Worlds that were played. */
  readonly worlds: number;
  readonly seconds: number;
}

/** A world that takes longer never comes to rest. */
const STUCK_MS = 180_000;
const STUCK = "a world comes to rest";

/**
 * Hunts for a fault from seed 1 on, in a process of its own. A seed that breaks in the same way without the fault is passed over.
 *
 * @param most the last seed
 */
export async function huntFault({ changes, needs = [] }: Fault, most: number): Promise<Hunted> {
  const began = performance.now();
  let worlds = 0;
  const ended = (seed: number | null, invariant: string, what: string): Hunted => {
    return { seed, invariant, what, worlds, seconds: (performance.now() - began) / 1_000 };
  };
  for (let from = 1; from <= most;) {
    const { last, played } = await play({ changes, needs, from, to: most });
    worlds += played;
    if (last === null || last.breaches.length === 0) break;
    const { last: clean } = await play({ changes: [], needs: [], from: last.seed, to: last.seed });
    const known = new Set(clean?.breaches.map(({ invariant }) => invariant));
    const only = last.breaches.find(({ invariant }) => !known.has(invariant));
    if (only !== undefined) return ended(last.seed, only.invariant, only.what);
    from = last.seed + 1;
  }
  return ended(null, "", "");
}

/** Plays in a process of its own; the last seed is the one that broke, where one did. */
async function play(hunt: Hunt): Promise<{ readonly last: Played | null; readonly played: number }> {
  const file = join(import.meta.dirname, "hunt.ts");
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", file, JSON.stringify(hunt)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stuck = false;
  const kill = (): void => {
    stuck = true;
    child.kill("SIGKILL");
  };
  let watch = setTimeout(kill, STUCK_MS);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  let last: Played | null = null;
  let played = 0;
  try {
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      watch = watch.refresh();
      last = JSON.parse(line) as Played;
      played += 1;
    }
    const ended = await code;
    if (ended === 0) return { last, played };
    const seed = (last?.seed ?? hunt.from - 1) + 1;
    const what = stuck ? `nothing came of it in ${STUCK_MS / 1_000} s` : errors;
    return { last: { seed, breaches: [{ invariant: STUCK, what }] }, played: played + 1 };
  } finally {
    clearTimeout(watch);
    child.kill("SIGKILL");
  }
}
