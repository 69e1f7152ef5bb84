// A second process on the ledger under test: `node child.ts <file> <job> <name>`. Prints a line for each thing done.
import { systemClock } from "../../../src/clock.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { hook, note, rebalance, serviceDoc, T0, warning } from "./samples.ts";

const [file = "", job = "", name = ""] = process.argv.slice(2);
const ledger = openSqliteLedger({ file, clock: systemClock });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Adds one to a shared counter, again and again after a conflict. */
async function increment(key: string): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const doc = (await ledger.load(key, "service")) ?? serviceDoc(key.slice("service#".length));
    const until = doc.body.until ?? 0;
    const next = { ...doc, body: { heldFor: null, until: until + 1 } };
    const result = await ledger.commit([next], [note(key, `${name} ${until + 1}`)]);
    if (result !== "conflict") return until + 1;
  }
  throw new Error(`${key} was never free`);
}

switch (job) {
  case "accept": // each process is told of every instance, on three paths
    for (let n = 0; n < 20; n++) {
      const id = `i-${n}`;
      const answers = await Promise.all([
        ledger.accept(warning(id, `w-${n}`), T0),
        ledger.accept(rebalance(id, `r-${n}`), T0),
        ledger.accept(hook(id, `h-${n}`), T0),
      ]);
      for (const each of answers) say(`${each?.doc.key} ${each?.fresh}`);
    }
    break;
  case "increment":
    for (let n = 0; n < 50; n++) say(String(await increment("service#shared")));
    break;
  case "commit": // until it is killed
    for (;;) {
      const numbers = await Promise.all([increment("service#a"), increment("service#b"), increment("service#c")]);
      say(numbers.join(" "));
    }
  case "once": // with nothing else to keep it alive while it waits
    say(`stored ${await increment("service#once")}`);
    break;
  case "hold": {
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(file);
    db.exec("BEGIN EXCLUSIVE");
    say("held");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    db.close();
    process.stdin.destroy();
    break;
  }
  default:
    throw new Error(`No such job: ${job}`);
}
await ledger.close();
