import { z } from "zod";
import { archives } from "../../record/archive/index.ts";
import { type LedgerConfig, ledgers } from "../../record/ledger/index.ts";
import { oneOf, text } from "../../fields.ts";

const ledgerDrivers = Object.keys(ledgers);
/** Each driver's options are an object; its `driver` selects the driver. */
const ledgerOptions = Object.values(ledgers).map(({ options }) => options) as unknown as [
  z.ZodObject,
  ...z.ZodObject[],
];
const archiveNames = Object.keys(archives) as [keyof typeof archives, ...(keyof typeof archives)[]];

const file = text("a path; a relative one starts at the working folder", 4_096);

/** The store of open work. */
export const ledger = z.discriminatedUnion("driver", ledgerOptions, {
  error: (issue) => (issue.code === "invalid_union" ? `one of: ${ledgerDrivers.join(", ")}` : undefined),
}) as unknown as z.ZodType<LedgerConfig, Partial<LedgerConfig>>;

/**
 * The archive of closed incidents. By default another file than the ledger's, so that a long query does not lock the
 * ledger.
 */
export const archive = z.strictObject({
  driver: oneOf(archiveNames).default("sqlite"),
  file: file.default("spotkeeper-archive.db"),
});

/** The inventory's cache file, so that a restart is warm. */
export const inventory = z.strictObject({
  file: file.default("spotkeeper-inventory.db"),
});
