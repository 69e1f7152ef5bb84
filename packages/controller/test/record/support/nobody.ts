// A process whose rights bind, also where tests run as root: `node nobody.ts <file>`. Tries a commit whenever a line
// comes in, and prints what came of it and what readiness would say.
import { createInterface } from "node:readline";
import { systemClock } from "../../../src/clock.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { serviceDoc } from "./samples.ts";

const NOBODY = 65_534;
const [file = ""] = process.argv.slice(2);
if (process.getuid?.() === 0) {
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const ledger = openSqliteLedger({ file, clock: systemClock });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function attempt(name: string): Promise<string> {
  try {
    await ledger.commit([serviceDoc(name)], []);
    return "stored";
  } catch (error) {
    return String((error as Error & { code: string }).code);
  }
}

say(`opened ${ledger.health().code}`);
for await (const line of createInterface({ input: process.stdin })) {
  say(`${await attempt(line)} ${ledger.health().ok}`);
}
await ledger.close();
