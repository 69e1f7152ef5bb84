/** The parts of a worker, for programs that assemble one without a config: a simulator with its own clock. */
import { noteOf } from "../flow/note-of.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { type MemoryOptions, openMemory } from "../record/memory/driver.ts";
import { createLedger } from "../record/create-ledger.ts";
import { openSqliteLedger as open, type SqliteLedgerOptions } from "../record/ledger/sqlite.ts";

export { correctClock } from "../corrected-clock.ts";
export { createAws } from "../aws/index.ts";
export { createClients } from "../aws/clients.ts";
export { openChannels } from "./channels.ts";
export { createLease } from "./lease.ts";
export { createMemoryInventory } from "../inventory/memory.ts";
export { readFleet } from "./read-fleet.ts";
export { createHandling } from "../flow/handling.ts";
export { createSweeper } from "../inventory/sweep/sweeper.ts";
export { createWorker } from "./worker.ts";
export { openSqliteArchive } from "../record/archive/sqlite/open.ts";

/** Opens a ledger in memory that behaves like one over a network. */
export const openMemoryLedger = (options: MemoryOptions): Ledger => createLedger(openMemory(options), { noteOf });

/** Opens the ledger in one SQLite file, with notes about doomed instances in its list of open incidents. */
export const openSqliteLedger = (options: SqliteLedgerOptions): Ledger => open({ noteOf, ...options });
