import { globalsOf, type Import, importsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

const controller = "packages/controller/src/";

/** What decides, apart from what does: the same input gives the same answer, with no effect. */
const purePlaces = [
  `${controller}decide/`,
  `${controller}correlate/`,
  `${controller}learn/`,
  `${controller}durable/retry.ts`,
  `${controller}durable/intent.ts`,
  `${controller}respond/machine/next.ts`,
  `${controller}respond/machine/apply.ts`,
  `${controller}respond/machine/plan-round.ts`,
  `${controller}notify/pipeline/stages/`,
  `${controller}notify/pipeline/pipeline.ts`,
  `${controller}notify/outbox/recipients.ts`,
  `${controller}notify/pipeline/journal-suppressions.ts`,
  `${controller}notify/outbox/next.ts`,
  `${controller}notify/outbox/apply.ts`,
];

/** From packages, a pure module takes only what is pure itself. */
const pureImports: Readonly<Record<string, readonly string[]>> = {
  "node:crypto": ["createHash"],
  // Schemas: what a value must look like, and nothing of the world.
  zod: ["z"],
  "node:util": ["isDeepStrictEqual"],
};

/**
 * What is impure in the modules that must be pure, and in everything that they import to run: a helper that reads the
 * clock makes its callers impure, wherever it lives.
 */
export function impurities(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Map<string, string>();
  const visit = (path: string, via: string): void => {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) return;
    reached.set(path, via);
    for (const { path: next, typeOnly } of importsOf(source)) if (next !== null && !typeOnly) visit(next, via);
  };
  for (const { path } of sources) if (purePlaces.some((place) => path.startsWith(place))) visit(path, path);

  return [...reached].flatMap(([path, via]) => {
    const source = byPath.get(path)!;
    const origin = path === via ? "" : ` (imported by way of ${via})`;
    const globals = globalsOf(source).map(({ what, line }) => `${path}:${line} uses ${what}${origin}`);
    const imports = importsOf(source)
      .filter(isImpure)
      .map(({ specifier, line }) => `${path}:${line} imports ${specifier}${origin}`);
    return [...globals, ...imports];
  });
}

function isImpure({ specifier, path, typeOnly, names }: Import): boolean {
  if (typeOnly || path !== null) return false;
  const allowed = pureImports[specifier] ?? [];
  return !names.every((name) => allowed.includes(name));
}
