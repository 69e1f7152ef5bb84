#!/usr/bin/env node
/** The command `spotkeeper-agent`. Installed as a package, it runs what was built; in a clone it runs from source. */
import { sep } from "node:path";

if (import.meta.dirname.split(sep).includes("node_modules")) await import("../dist/main.js");
else await import("../src/main.ts");
