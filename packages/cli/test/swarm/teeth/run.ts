/**
 * `npm run swarm:teeth [-- NAME…] [--most SEEDS] [--jobs N] [--tests]`: puts each fault back, one at a time, and hunts
 * for it in generated worlds; with `--tests`, those that no world shows are put back before the test that is named for
 * them, which must fail. Prints a row for each. The exit code is 1 where a world, or a test, does not find what it must.
 */
import { parseArgs } from "node:util";
import { type Fault, FAULTS } from "./faults.ts";
import { type Hunted, huntFaults } from "./support/hunting.ts";
import { testThatFails } from "./support/tests-fail.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: "string", default: "500" },
    jobs: { type: "string", default: "1" },
    tests: { type: "boolean", default: false },
  },
});
const chosen = FAULTS.filter(({ name }) => positionals.length === 0 || positionals.some((one) => name.includes(one)));
if (chosen.length === 0) throw new Error(`No fault has a name like ${positionals.join(", ")}.`);
const hunted = chosen.filter(({ missed }) => missed === undefined);
const others = chosen.filter(({ missed }) => missed !== undefined);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
let lost = 0;

say("| fault | found at seed | by the invariant | worlds | seconds |");
say("| --- | --- | --- | --- | --- |");
const tell = ({ name, found, worlds, seconds }: Hunted): void => {
  if (found === null) lost += 1;
  say(`| ${name} | ${found?.seed ?? "NOT FOUND"} | ${found?.invariant ?? ""} | ${worlds} | ${seconds.toFixed(0)} |`);
  if (found !== null) process.stderr.write(`  ${name}: ${found.what.slice(0, 300)}\n`);
};
const jobs = Number(values.jobs);
const shares = Array.from({ length: jobs }, (_, job) => hunted.filter((_fault, index) => index % jobs === job));
await Promise.all(
  shares.map((share) =>
    huntFaults(
      share.map(({ name }) => name),
      Number(values.most),
      tell,
    ),
  ),
);

if (others.length > 0) {
  say("");
  say("| fault that no world shows | why | the test that fails with it |");
  say("| --- | --- | --- |");
  for (const { name, missed = "", test } of others) say(`| ${name} | ${missed} | ${await testOf(name, test)} |`);
}
process.exitCode = lost === 0 ? 0 : 1;

/** The test's file; and, where tests are run, the test's name. */
async function testOf(name: string, test: Fault["test"]): Promise<string> {
  if (test === undefined) {
    lost += 1;
    return "NONE";
  }
  if (!values.tests) return test;
  const failed = await testThatFails(name, test);
  if (failed !== null) return `${test}: ${failed}`;
  lost += 1;
  return `${test}: NONE FAILS`;
}
