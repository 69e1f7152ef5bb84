/**
 * `npm run swarm:teeth [-- NAME…] [--most SEEDS] [--jobs N]`: puts each fault back, one at a time, and hunts for it.
 * Prints a row for each. The exit code is 1 where one was not found that must be.
 */
import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";
import { type Hunted, huntFaults } from "./support/hunting.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { most: { type: "string", default: "500" }, jobs: { type: "string", default: "1" } },
});
const jobs = Number(values.jobs);
const chosen = FAULTS.filter(({ name }) => positionals.length === 0 || positionals.some((one) => name.includes(one)));
if (chosen.length === 0) throw new Error(`No fault has a name like ${positionals.join(", ")}.`);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("| fault | found at seed | by the invariant | worlds | seconds |");
say("| --- | --- | --- | --- | --- |");
let lost = 0;
const tell = ({ name, found, worlds, seconds }: Hunted): void => {
  const missed = FAULTS.find((one) => one.name === name)?.missed;
  if (found === null && missed === undefined) lost += 1;
  say(`| ${name} | ${found?.seed ?? "-"} | ${found?.invariant ?? missed ?? ""} | ${worlds} | ${seconds.toFixed(0)} |`);
  if (found !== null) process.stderr.write(`  ${name}: ${found.what.slice(0, 300)}\n`);
};
const shares = Array.from({ length: jobs }, (_, job) => chosen.filter((_fault, index) => index % jobs === job));
await Promise.all(
  shares.map((share) =>
    huntFaults(
      share.map(({ name }) => name),
      Number(values.most),
      tell,
    ),
  ),
);
process.exitCode = lost === 0 ? 0 : 1;
