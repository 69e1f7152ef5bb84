/**
 * A process of its own that hunts for faults, one after the other: `hunt.ts MOST NAME…`. Writes a line of JSON for each
 * world that it has played, and one for each fault.
 */
import { FAULTS } from "../faults.ts";
import { countCode, type Spot } from "./coverage.ts";
import type { Line } from "./hunting.ts";
import { type Breach, load, spotsOf } from "./load.ts";

const [most, ...names] = process.argv.slice(2);
const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const coverage = countCode();
const unchanged = await load([]);

interface Clean {
  readonly breaches: readonly Breach[];
  readonly ran: (spot: Spot) => boolean;
}

/** How each seed goes without a fault, and what code it runs: a fault in any other code cannot show in it. */
const clean = new Map<number, Promise<Clean>>();
const cleanOf = (seed: number): Promise<Clean> => {
  const known = clean.get(seed);
  if (known !== undefined) return known;
  const made = (async (): Promise<Clean> => {
    await coverage.take();
    const breaches = await unchanged.play(seed);
    const ran = await coverage.take();
    say({ seed });
    return { breaches, ran };
  })();
  clean.set(seed, made);
  return made;
};

for (const name of names) {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  const began = performance.now();
  const spots = spotsOf(fault.changes);
  const changed = await load(fault.changes);
  let worlds = 0;
  let found: (Breach & { readonly seed: number }) | null = null;
  for (let seed = 1; seed <= Number(most) && found === null; seed += 1) {
    if (!changed.has(seed, fault.needs ?? [])) continue;
    const { breaches, ran } = await cleanOf(seed);
    if (!spots.some(ran)) continue;
    const broken = await changed.play(seed);
    worlds += 1;
    say({ seed });
    const known = new Set(breaches.map(({ invariant }) => invariant));
    const only = broken.find(({ invariant }) => !known.has(invariant));
    if (only !== undefined) found = { seed, ...only };
  }
  say({ name, found, worlds, seconds: (performance.now() - began) / 1_000 });
}
