/**
 * A process of its own that hunts for faults, one after the other: `hunt.ts MOST NAME…`. Writes a line of JSON for each
 * world that it has played, and one for each fault.
 */
import { type Fault, FAULTS } from "../faults.ts";
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

/** The one that showed it last, then all others. */
function* seedsOf({ seed }: Fault): Generator<number> {
  if (seed !== undefined) yield seed;
  for (let other = 1; other <= Number(most); other += 1) if (other !== seed) yield other;
}

for (const name of names) {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  const began = performance.now();
  const spots = spotsOf(fault.changes);
  const changed = await load(fault.changes);
  let worlds = 0;
  let found: (Breach & { readonly seed: number }) | null = null;
  for (const seed of seedsOf(fault)) {
    if (found !== null) break;
    if (seed !== fault.seed && !changed.has(seed, fault)) continue;
    // Most worlds run it that have what `where` says.
    const mayNotRun = fault.where === undefined && seed !== fault.seed;
    if (mayNotRun && !spots.some((await cleanOf(seed)).ran)) continue;
    const broken = await changed.play(seed);
    worlds += 1;
    say({ seed });
    if (broken.length === 0) continue;
    const known = new Set((await cleanOf(seed)).breaches.map(({ invariant }) => invariant));
    const only = broken.find(({ invariant }) => !known.has(invariant));
    if (only !== undefined) found = { seed, ...only };
  }
  say({ name, found, worlds, seconds: (performance.now() - began) / 1_000 });
}
