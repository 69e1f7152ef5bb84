import type { Clock } from "../../clock.ts";
import type { Archive } from "./archive.ts";
import { openSqliteArchive } from "./sqlite.ts";

/** Opens an archive; each driver's own options extend these. */
export type ArchiveFactory = (options: { readonly file: string; readonly clock: Clock }) => Archive;

/** Registry of archive drivers. A driver is one file here, and one line. */
export const archives = { sqlite: openSqliteArchive } satisfies Record<string, ArchiveFactory>;
