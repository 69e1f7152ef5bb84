/**
 * `npm run swarm:teeth [-- NAME…] [--most SEEDS] [--jobs N]`: puts each fault back, one at a time, and hunts for it.
 * Prints a row for each. The exit code is 1 where one was not found that must be.
 */
import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";
import { huntFault } from "./support/hunting.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { most: { type: "string", default: "500" }, jobs: { type: "string", default: "1" } },
});
const most = Number(values.most);
const chosen = FAULTS.filter(({ name }) => positionals.length === 0 || positionals.some((one) => name.includes(one)));
if (chosen.length === 0) throw new Error(`No fault has a name like ${positionals.join(", ")}.`);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("| fault | found at seed | invariant | worlds | seconds |");
say("| --- | --- | --- | --- | --- |");
const waiting = [...chosen];
let missed = 0;
async function work(): Promise<void> {
  for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
    const { seed, invariant, what, worlds, seconds } = await huntFault(fault, most);
    if (seed === null && fault.missed === undefined) missed += 1;
    const why = seed === null ? (fault.missed ?? "") : invariant;
    say(`| ${fault.name} | ${seed ?? "-"} | ${why} | ${worlds} | ${seconds.toFixed(0)} |`);
    if (seed !== null) process.stderr.write(`  ${fault.name}: ${what.slice(0, 300)}\n`);
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
process.exitCode = missed === 0 ? 0 : 1;
