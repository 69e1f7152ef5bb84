import { importsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

const controller = "packages/controller/src/";

/** The parts of the controller from the lowest: each imports only from itself and from those before it. */
const order: readonly string[] = [
  "clock",
  "corrected-clock",
  "errors",
  "nearest",
  "fields",
  "race",
  "read-time",
  "redact",
  "log-line",
  "log",
  "model",
  "wake",
  "advance-limits",
  "http",
  "aws",
  "drivers",
  "secrets",
  "store-deps",
  "signal",
  "correlate",
  "record",
  "durable",
  "inventory",
  "enrich",
  "decide",
  "notify",
  "respond",
  "flow",
  "measure",
  "config",
  "show",
  "entry",
  "index",
];

/** The folder of `controller/src` that a file stands in, or the file's own name where it stands in none. */
function partOf(path: string): string | null {
  if (!path.startsWith(controller)) return null;
  return path.slice(controller.length).replace(/\/.*$|\.ts$/, "");
}

/** Imports of the controller that run upwards, and parts without a place in the order. Types count: they couple too. */
export function upwards(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const part = partOf(source.path);
    if (part === null) return [];
    const rank = order.indexOf(part);
    if (rank < 0) return [`${source.path}: "${part}" has no place in the order of layers`];
    return importsOf(source).flatMap(({ specifier, path: target, line }) => {
      const other = target === null ? null : partOf(target);
      if (other === null || order.indexOf(other) <= rank) return [];
      return [`${source.path}:${line} imports ${specifier}: ${part} stands below ${other}`];
    });
  });
}

/** Files that import each other in a circle, types included: each circle as the list of its files. */
export function circles(sources: readonly Source[]): string[][] {
  const targets = new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap(({ path }) => (path === null ? [] : path))]),
  );
  // Tarjan's algorithm: files that reach each other stand together above the first of them on the stack.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.size - 1);
    stack.push(path);
    for (const target of targets.get(path) ?? []) {
      if (!targets.has(target)) continue;
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(path) !== index.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1) found.push(circle.toSorted());
  };
  for (const path of targets.keys()) if (!index.has(path)) visit(path);
  return found;
}
