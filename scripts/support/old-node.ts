import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process.ts";

const minutes = 60_000;
const VERSION = "22.23.3";

/** Where the tests find that Node.js. Empty: it could not be had, and those suites are skipped. */
export const oldNodeVariable = "SPOTKEEPER_OLD_NODE";

export type ProvidedNode = { readonly node: string } | { readonly missing: string };

/**
 * Provides the oldest Node.js that the agent promises to work on, under `.cache/`, from npm's registry. Not a dependency:
 * users of the project need no second Node.js. It is made aside and renamed, so that half of one is never found.
 */
export async function provideOldNode(root: string, say: (line: string) => void): Promise<ProvidedNode> {
  // Packages of this name hold the program and nothing else (https://www.npmjs.com/package/node).
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const home = join(root, ".cache", `node-${VERSION}`);
  const node = join(home, "node_modules", name, "bin/node");
  if (existsSync(node)) return { node };
  const aside = `${home}.${process.pid}`;
  try {
    await mkdir(aside, { recursive: true });
    say(`Node.js ${VERSION}: getting it for the agent's tests, into .cache (first use)`);
    const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    const got = await run("npm", ["install", "--prefix", aside, ...flags, `${name}@${VERSION}`], {
      output: "keep",
      deadline: 5 * minutes,
    });
    if (got.code !== 0) return { missing: `npm install ${name}@${VERSION} failed: ${got.output.trim().slice(-300)}` };
    await rm(home, { recursive: true, force: true });
    await rename(aside, home);
    return { node };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
