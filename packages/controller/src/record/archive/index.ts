import type { ArchiveFactory } from "./archive.ts";
import { sqliteArchive } from "./sqlite.ts";

/** Registry of archive drivers, by the `driver` in the config. A driver is one file here, and one line. */
export const archives = { sqlite: sqliteArchive } satisfies Record<string, ArchiveFactory>;
