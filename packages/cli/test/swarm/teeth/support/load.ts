import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Controller from "@spotkeeper/controller";
import type * as Generate from "../../../../src/simulate/swarm/generate.ts";
import type * as RunWorld from "../../../../src/simulate/swarm/run-world.ts";
import type * as World from "../../../../src/simulate/swarm/world.ts";
import type { Fault } from "../faults.ts";
import type { Spot } from "./coverage.ts";
import { type Change, find, putBack, readSources } from "./put-back.ts";

/** Changed code, loaded. */
export interface Copy {
  /** Whether the world of a seed has what a fault needs. */
  has(seed: number, fault: Pick<Fault, "needs" | "where">): boolean;
  /** Plays the world of a seed. */
  play(seed: number): Promise<Breach[]>;
}

export interface Breach {
  readonly invariant: string;
  readonly what: string;
}

const packages = join(import.meta.dirname, "../../../../..");
const sources = readSources();
/** The changed text of files, by the copy of the code that has it. */
const copies: ReadonlyMap<string, string>[] = [];

const copyOf = (url: string | undefined): string | null =>
  url?.startsWith("file:") === true ? new URL(url).searchParams.get("copy") : null;

/** A module that is imported by a copy's is of the same copy; what is not ours is shared. */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const copy = copyOf(context.parentURL);
    if (copy === null || copyOf(found.url) !== null || !found.url.startsWith("file:")) return found;
    return sources.has(fileURLToPath(found.url)) ? { ...found, url: `${found.url}?copy=${copy}` } : found;
  },
  load(url, context, nextLoad) {
    const copy = copyOf(url);
    const source = copy === null ? undefined : copies[Number(copy)]?.get(fileURLToPath(url));
    return source === undefined ? nextLoad(url, context) : { format: "module-typescript", source, shortCircuit: true };
  },
});

const urlOf = (file: string, copy: number): string => `${pathToFileURL(file).href}?copy=${copy}`;

/** Where changed code stands in the copy that was loaded first. */
export const spotsOf = (changes: readonly Change[]): Spot[] =>
  changes.map(({ code }) => {
    const { file, at } = find(code, sources);
    return { url: urlOf(file, 0), offset: at };
  });

/** Loads the code anew, with the changes put into it. */
export async function load(changes: readonly Change[]): Promise<Copy> {
  const copy = copies.push(putBack(changes, sources)) - 1;
  const from = async <M>(path: string): Promise<M> => (await import(urlOf(join(packages, path), copy))) as M;
  const { loadParts } = await from<typeof Controller>("controller/src/index.ts");
  const { generateWorld } = await from<typeof Generate>("cli/src/simulate/swarm/generate.ts");
  const { runWorld } = await from<typeof RunWorld>("cli/src/simulate/swarm/run-world.ts");
  const { DIMENSIONS } = await from<typeof World>("cli/src/simulate/swarm/world.ts");
  const parts = await loadParts();
  return {
    has(seed, { needs = [], where = () => true }) {
      const world = generateWorld(seed);
      return needs.every((name) => DIMENSIONS[name]?.(world)) && where(world);
    },
    async play(seed) {
      const { breaches } = await runWorld(generateWorld(seed), parts);
      return breaches.map(({ invariant, what }) => ({ invariant, what }));
    },
  };
}
