import type { LedgerFactory } from "./driver.ts";
import { dynamodbLedger } from "./dynamodb.ts";
import { sqliteLedger } from "./sqlite.ts";

/** Registry of ledger drivers, by the `driver` in the config. A driver is one file here, and one line. */
export const ledgers = {
  sqlite: sqliteLedger,
  dynamodb: dynamodbLedger,
} satisfies Record<string, LedgerFactory>;
