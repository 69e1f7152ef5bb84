import { globalsOf, importsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

/** Where time and chance come in; from here they are handed on as parameters. */
const entrances = [
  /^packages\/[^/]+\/src\/(?:[a-z]+\/)*([a-z]+-)?clock\.ts$/,
  /^packages\/[^/]+\/src\/main\.ts$/,
  /^packages\/[^/]+\/src\/entry\//,
];

const parameters = new Set(["Date.now", "new Date", "Math.random", "performance.now", "setTimeout", "setInterval"]);

/** Uses of the machine's own clock, timers and randomness in code that should be given them, and of the console. */
export function ambient(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const { path } = source;
    const mayEnter = entrances.some((entrance) => entrance.test(path));
    const globals = globalsOf(source)
      .filter(({ what }) => what === "console" || (parameters.has(what) && !mayEnter))
      .map(({ what, line }) => `${path}:${line} uses ${what}`);
    const timers = importsOf(source)
      .filter(({ specifier }) => /^(node:)?timers(\/promises)?$/.test(specifier) && !mayEnter)
      .map(({ specifier, line }) => `${path}:${line} imports ${specifier}`);
    return [...globals, ...timers];
  });
}
