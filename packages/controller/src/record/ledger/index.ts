import type { z } from "zod";
import type { LedgerDeps, LedgerDriver, LedgerFactory } from "./driver.ts";
import { dynamodbLedger } from "./dynamodb.ts";
import { sqliteLedger } from "./sqlite.ts";

/** Registry of ledger drivers, by the `driver` in the config. A driver is one file here, and one line. */
export const ledgers = {
  sqlite: sqliteLedger,
  dynamodb: dynamodbLedger,
} satisfies Record<string, LedgerFactory>;

export type LedgerConfig = {
  readonly [D in keyof typeof ledgers]: z.output<(typeof ledgers)[D]["options"]>;
}[keyof typeof ledgers];

/** Opens the store that the options name. */
export function openDriver(options: LedgerConfig, deps: LedgerDeps): LedgerDriver | Promise<LedgerDriver> {
  const factory: LedgerFactory = ledgers[options.driver];
  return factory.open(options, deps);
}
