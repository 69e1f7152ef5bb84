#!/usr/bin/env node
/**
 * The command `spotkeeper`. Installed as a package, it runs what was built. In a clone of the project it runs from
 * source, as the tests do: there, `npx spotkeeper` needs no build, and never meets a stale one.
 */
import { registerHooks } from "node:module";
import { sep } from "node:path";

if (import.meta.dirname.split(sep).includes("node_modules")) {
  await import("../dist/main.js");
} else {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ["@spotkeeper/source", ...(context.conditions ?? [])] }),
  });
  await import("../src/main.ts");
}
