import { checkpoint, fileStore } from "../../../src/checkpoint/index.ts";

/** Saves one checkpoint after the other until it is killed; says the number of each that is saved for certain. */
const [folder = "", from = "0"] = process.argv.slice(2);
let number = Number(from);
const filler = "x".repeat(200_000);
const { saveNow } = checkpoint("work", () => ({ number, filler, end: number }), { store: fileStore(folder) });
process.stdout.write("ready\n");
for (;;) {
  number += 1;
  await saveNow();
  process.stdout.write(`${number}\n`);
}
