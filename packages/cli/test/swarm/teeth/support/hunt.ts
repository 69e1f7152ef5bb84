/**
 * A process of its own that plays seeds until an invariant breaks, with one fault put back while the code is loaded.
 * Reads what to hunt from the first argument, and writes a line of JSON for each seed that was played.
 */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { putBack, readSources } from "./put-back.ts";
import type { Hunt, Played } from "./hunting.ts";

const hunt = JSON.parse(process.argv[2] ?? "") as Hunt;
const changed = new Map(
  [...putBack(hunt.changes, readSources())].map(([file, text]) => [pathToFileURL(file).href, text]),
);
registerHooks({
  load(url, context, nextLoad) {
    const source = changed.get(url);
    return source === undefined ? nextLoad(url, context) : { format: "module-typescript", source, shortCircuit: true };
  },
});

const { loadParts } = await import("@spotkeeper/controller");
const { generateWorld } = await import("../../../../src/simulate/swarm/generate.ts");
const { runWorld } = await import("../../../../src/simulate/swarm/run-world.ts");
const { DIMENSIONS } = await import("../../../../src/simulate/swarm/world.ts");

const say = (played: Played): void => void process.stdout.write(`${JSON.stringify(played)}\n`);
const parts = await loadParts();
for (let seed = hunt.from; seed <= hunt.to; seed += 1) {
  const world = generateWorld(seed);
  if (!hunt.needs.every((name) => DIMENSIONS[name]?.(world))) continue;
  const { breaches } = await runWorld(world, parts);
  say({ seed, breaches: breaches.map(({ invariant, what }) => ({ invariant, what })) });
  if (breaches.length > 0) break;
}
