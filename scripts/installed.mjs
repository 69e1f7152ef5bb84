/** Runs before `npm start` and `npm test`, with any Node.js that the machine has; so it is plain JavaScript. */
import { existsSync } from "node:fs";
import process from "node:process";

if (!existsSync(new URL("../node_modules/.bin/node", import.meta.url))) {
  process.stderr.write("Run `npm ci` first: it brings what this needs, its own Node.js 24 among it.\n");
  // This exit code stops npm.
  process.exitCode = 1;
}
