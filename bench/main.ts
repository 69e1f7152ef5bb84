import { cpus } from "node:os";
import { argv, stderr, stdout } from "node:process";
import * as agent from "./agent.ts";
import * as archive from "./archive.ts";
import * as backlog from "./backlog.ts";
import * as enrich from "./enrich.ts";
import * as ledger from "./ledger.ts";
import * as memory from "./memory.ts";
import * as notify from "./notify.ts";
import * as page from "./page.ts";
import * as queue from "./queue.ts";
import * as start from "./start.ts";
import * as storm from "./storm.ts";
import type { Row } from "./support/row.ts";

interface Bench {
  readonly name: string;
  readonly run: () => Promise<readonly Row[]>;
}

const all: readonly Bench[] = [enrich, archive, ledger, storm, notify, queue, backlog, start, memory, agent, page];

/** `npm run bench [NAME…]`: prints a table for docs/benchmarks.md. */
const wanted = argv.slice(2);
const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  stderr.write(`there is no such bench; the names are ${all.map(({ name }) => name).join(", ")}\n`);
  process.exitCode = 2;
}
const [cpu] = cpus();
stdout.write(`${cpus().length} cores${cpu === undefined ? "" : `, ${cpu.model}`}, Node.js ${process.version}\n\n`);
stdout.write("| bench | what | figure |\n| --- | --- | --- |\n");
for (const { name, run } of chosen) {
  stderr.write(`${name} …\n`);
  for (const { what, value, unit } of await run()) stdout.write(`| ${name} | ${what} | ${rounded(value)} ${unit} |\n`);
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}
