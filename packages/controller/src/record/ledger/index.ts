import type { Clock } from "../../clock.ts";
import type { LedgerOptions } from "../create-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { openSqliteLedger } from "./sqlite.ts";

/** Opens a ledger; each driver's own options extend these. */
export type LedgerFactory = (options: { readonly file: string; readonly clock: Clock } & LedgerOptions) => Ledger;

/** Where state can be kept. A driver is one file here, and one line. */
export const ledgers = { sqlite: openSqliteLedger } satisfies Record<string, LedgerFactory>;
