import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process.ts";
import { lastLines, makeWhole, type Provided } from "./provided.ts";

const minutes = 60_000;
const VERSION = "22.23.3";

/** The variable with that Node.js. Empty: not available, and its suites are skipped. */
export const oldNodeVariable = "SPOTKEEPER_OLD_NODE";

/**
 * Provides the oldest Node.js that the agent supports, in `.cache/`, from npm's registry. It is not a dependency: users
 * of the project need no second Node.js.
 */
export async function provideOldNode(root: string, say: (line: string) => void): Promise<Provided> {
  // Packages with this name contain only the program (https://www.npmjs.com/package/node).
  const name = `node-${process.platform}-${process.arch}`;
  const home = join(root, ".cache", `node-${VERSION}`);
  const path = join(home, "node_modules", name, "bin/node");
  if (existsSync(path)) return { path };
  const missing = await makeWhole(home, async (aside) => {
    await mkdir(aside, { recursive: true });
    say(`Node.js ${VERSION}: getting it for the agent's tests, into .cache (first use)`);
    const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    const install = ["install", "--prefix", aside, ...flags, `${name}@${VERSION}`];
    const got = await run("npm", install, { output: "keep", deadline: 5 * minutes });
    return got.code === 0 ? null : `npm install ${name}@${VERSION} failed: ${lastLines(got.output)}`;
  });
  return missing === null ? { path } : { missing };
}
