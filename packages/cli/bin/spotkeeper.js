#!/usr/bin/env node
/**
 * The command `spotkeeper`. Installed as a package, it runs what was built. In a clone of the project it runs from
 * source, as the tests do: there, `npx spotkeeper` needs no build, and never meets a stale one.
 *
 * Whatever an older Node.js does not have is imported after its version was looked at, so that it can say so.
 */
import { sep } from "node:path";

const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `spotkeeper: Node.js ${NEEDED} or later is needed; this is ${process.versions.node}. In a clone run npm ci first, and then npm start or npx spotkeeper: they bring their own.\n`,
  );
  process.exit(2);
}

if (import.meta.dirname.split(sep).includes("node_modules")) {
  await import("../dist/main.js");
} else {
  const { registerHooks } = await import("node:module");
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ["@spotkeeper/source", ...(context.conditions ?? [])] }),
  });
  await import("../src/main.ts");
}
