/** `npm run page`, and before `npm start`: builds the page where it is missing or old. */
import { join } from "node:path";
import { providePage } from "./support/page.ts";

await providePage(join(import.meta.dirname, ".."), (line) => void process.stderr.write(`${line}\n`));
