import { z } from "zod";
import { archives } from "../../record/archive/index.ts";
import { type LedgerConfig, ledgers } from "../../record/ledger/index.ts";
import { oneOf, text } from "../../fields.ts";

const ledgerDrivers = Object.keys(ledgers);
/** Each driver's options are an object with its name, which is what tells them apart. */
const ledgerOptions = Object.values(ledgers).map(({ options }) => options) as unknown as [
  z.ZodObject,
  ...z.ZodObject[],
];
const archiveNames = Object.keys(archives) as [keyof typeof archives, ...(keyof typeof archives)[]];

const file = text("a path; a relative one starts at the working folder", 4_096);

/** Where state is kept. */
export const ledger = z.discriminatedUnion("driver", ledgerOptions, {
  error: (issue) => (issue.code === "invalid_union" ? `one of: ${ledgerDrivers.join(", ")}` : undefined),
}) as unknown as z.ZodType<LedgerConfig, Partial<LedgerConfig>>;

/** What analytics reads. By default beside the ledger: a long query then locks nothing that handling needs. */
export const archive = z.strictObject({
  driver: oneOf(archiveNames).default("sqlite"),
  file: file.default("spotkeeper-archive.db"),
});

/** What is known before anything happens: a cache in a file, so that a restart is warm. */
export const inventory = z.strictObject({
  file: file.default("spotkeeper-inventory.db"),
});
