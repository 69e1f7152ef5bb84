/**
 * What `npm test` runs: provides the servers that the tests need, then vitest. Arguments go on to vitest
 * (`npm test -- packages/controller`). The last line is `N passed, N failed, N skipped`, for a machine to read.
 *
 * With `CI=true` a server that cannot be had is a failure; elsewhere its suites are skipped, and a line says so.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCounts } from "./support/counts.ts";
import { motoVariable, provideMoto } from "./support/moto.ts";
import { run } from "./support/process.ts";

const root = join(import.meta.dirname, "..");
const inCi = process.env["CI"] === "true";
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const moto = await provideMoto(root, say);
const noMoto =
  "missing" in moto
    ? `!!! moto cannot be had: ${moto.missing}. Its suites ${inCi ? "fail" : "are SKIPPED"}. !!!`
    : null;
if (noMoto !== null) say(noMoto);
// The tests start their own, from what the machine has.
const redis = spawnSync("redis-server", ["--version"]).status === 0;
const noRedis = redis
  ? null
  : `!!! redis-server cannot be had (Debian: apt-get install redis-server). Its suites ${inCi ? "fail" : "are SKIPPED"}. !!!`;
if (noRedis !== null) say(noRedis);

// The terminal interrupts vitest as well, which ends; then this cleans up and says what was counted. Asked twice, it ends.
process.once("SIGINT", () => {});
const scratch = await mkdtemp(join(tmpdir(), "spotkeeper-test-"));
try {
  const report = join(scratch, "report.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code } = await run(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, [motoVariable]: "python" in moto ? moto.python : "" },
    output: "show",
    deadline: 60 * 60_000,
  });
  const missing = inCi ? [noMoto, noRedis].filter((line) => line !== null).length : 0;
  const counts = await readCounts(report, code);
  for (const line of [noMoto, noRedis]) if (line !== null) say(line);
  process.stdout.write(`${counts.passed} passed, ${counts.failed + missing} failed, ${counts.skipped} skipped\n`);
  process.exitCode = code === 0 && missing > 0 ? 1 : code;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
