/**
 * `npm test`: provides the servers that the tests need, then runs vitest. Arguments are passed on to vitest (`npm test
 * -- packages/controller`). The last line is `N passed, N failed, N skipped`, for machines to read.
 *
 * With `CI=true` a missing server is a failure; otherwise its suites are skipped, and a line says so.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { introduction } from "./support/introduction.ts";
import { readCounts } from "./support/counts.ts";
import { chromiumVariable, findChromium } from "./support/chromium.ts";
import { ministackVariable, provideMinistack } from "./support/ministack.ts";
import { motoVariable, provideMoto } from "./support/moto.ts";
import { oldNodeVariable, provideOldNode } from "./support/old-node.ts";
import { providePage } from "./support/page.ts";
import { run } from "./support/process.ts";

const root = join(import.meta.dirname, "..");
const inCi = process.env["CI"] === "true";
const chosen = process.argv.slice(2);
const MOST_MINUTES = 60;
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
for (const line of introduction({ hasCache: existsSync(join(root, ".cache")), chosen, minutes: MOST_MINUTES }))
  say(line);

/** One loud line for each server that is not available. */
const missing: string[] = [];
const without = (what: string, why: string): void => {
  missing.push(`!!! ${what} cannot be had: ${why}. Its suites ${inCi ? "fail" : "are SKIPPED"}. !!!`);
};
const moto = await provideMoto(root, say);
if ("missing" in moto) without("moto", moto.missing);
const ministack = await provideMinistack(root, say);
if ("missing" in ministack) without("ministack", ministack.missing);
const oldNode = await provideOldNode(root, say);
if ("missing" in oldNode) without("the oldest Node.js that the agent works on", oldNode.missing);
const chromium = findChromium();
if ("missing" in chromium) without("Chromium", chromium.missing);
await providePage(root, say);
// The tests start their own redis-server.
if (spawnSync("redis-server", ["--version"]).status !== 0)
  without("redis-server", "it is not installed (Debian: apt-get install redis-server)");
for (const line of missing) say(line);

// The terminal interrupts vitest too; this process then cleans up and prints the counts. A second interrupt ends it.
process.once("SIGINT", () => {});
const scratch = await mkdtemp(join(tmpdir(), "spotkeeper-test-"));
try {
  const report = join(scratch, "report.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // A dot for each of thousands of tests; of some, each with its name. Failures are shown in full either way.
  const reporters = [
    `--reporter=${chosen.length === 0 ? "dot" : "default"}`,
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const { code } = await run(process.execPath, [vitest, "run", ...reporters, ...chosen], {
    cwd: root,
    env: {
      ...process.env,
      [motoVariable]: "path" in moto ? moto.path : "",
      [ministackVariable]: "path" in ministack ? ministack.path : "",
      [oldNodeVariable]: "path" in oldNode ? oldNode.path : "",
      [chromiumVariable]: "path" in chromium ? chromium.path : "",
    },
    output: "show",
    deadline: MOST_MINUTES * 60_000,
  });
  const failures = inCi ? missing.length : 0;
  const counts = await readCounts(report, code);
  for (const line of missing) say(line);
  process.stdout.write(`${counts.passed} passed, ${counts.failed + failures} failed, ${counts.skipped} skipped\n`);
  process.exitCode = code === 0 && failures > 0 ? 1 : code;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
