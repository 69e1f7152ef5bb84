/** The parts of a worker, for who assembles one over other ground than a config's: a simulator, on its clock. */
export { correctClock } from "../corrected-clock.ts";
export { createAws } from "../aws/index.ts";
export { createClients } from "../aws/clients.ts";
export { createLease } from "./lease.ts";
export { createMemoryInventory } from "../inventory/memory.ts";
export { readFleet } from "./read-fleet.ts";
export { createHandling } from "../flow/handling.ts";
export { createSweeper } from "../inventory/sweep/sweeper.ts";
export { createWorker } from "./worker.ts";
export { openSqliteArchive } from "../record/archive/sqlite.ts";
export { openSqliteLedger } from "../record/ledger/sqlite.ts";
