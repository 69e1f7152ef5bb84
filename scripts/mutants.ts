/**
 * `npm run mutants -- FOLDER… [--share 1/12] [--tests FOLDER,…] [--concurrency 2]`: changes the code of these folders of
 * `packages/controller/src` in one place at a time, and counts for how many of the changes a test fails. Without a folder
 * all of FOLDERS are tried.
 *
 * `--share 1/12` tries the first of twelve equal parts, which are always the same for the same code. `--tests` names the
 * folders of `packages/controller/test` whose tests are run: without it those beside the changed code, which take seconds.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPORT, SHARE, TESTS, TRIED } from "./support/mutant-names.ts";
import { type Report, scoreOf } from "./support/mutant-score.ts";
import { parseShare } from "./support/mutant-share.ts";
import { run } from "./support/process.ts";

const root = join(import.meta.dirname, "..");
const FOLDERS = ["correlate", "decide", "durable", "respond", "notify/outbox"];
const LONGEST = 12 * 60 * 60_000;

const { values, positionals } = parseArgs({
  options: {
    share: { type: "string", default: "1/1" },
    tests: { type: "string" },
    concurrency: { type: "string", default: "2" },
  },
  allowPositionals: true,
});
const share = parseShare(values.share);
const folders = positionals.length === 0 ? FOLDERS : positionals;
const unknown = folders.filter((folder) => !FOLDERS.includes(folder));
if (unknown.length > 0) throw new Error(`got ${unknown.join(", ")}, wants some of ${FOLDERS.join(", ")}`);
const tests = values.tests ?? [...new Set(folders.map((folder) => folder.split("/")[0]))].join(",");
const env = { ...process.env, [SHARE]: values.share, [TRIED]: folders.join(","), [TESTS]: tests };
const args = ["run", "--checkers", "share", "--concurrency", values.concurrency];
const ran = await run("stryker", args, { cwd: root, env, output: "show", deadline: LONGEST });
if (ran.code !== 0) process.exit(ran.code);
const report = JSON.parse(readFileSync(join(root, REPORT), "utf8")) as Report;
const { mutants, found, survivors } = scoreOf(report, share, root);
const percent = mutants === 0 ? "none" : `${Math.round((100 * found) / mutants)} %`;
const score = `the tests of ${tests} found ${found} of ${mutants} mutants (${percent})`;
const lines = [...survivors.map((one) => `not found: ${one}`), `${folders.join(", ")}, part ${values.share}: ${score}`];
process.stdout.write(`${lines.join("\n")}\n`);
