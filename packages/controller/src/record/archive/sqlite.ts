import { z } from "zod";
import { filePath } from "../../fields.ts";
import type { ArchiveFactory } from "./archive.ts";
import { openSqliteArchive } from "./sqlite/open.ts";
import { openArchiveThread, startThread } from "./sqlite/thread.ts";

const options = z.strictObject({
  driver: z.literal("sqlite").default("sqlite"),
  /** By default beside the ledger: a long query then locks nothing that handling needs. */
  file: filePath().default("spotkeeper-archive.db"),
});

export const sqliteArchive: ArchiveFactory<typeof options> = {
  options,
  open({ file: named }, { clock, resolvePath }) {
    const file = resolvePath("archive.file", named);
    // For simulations, whose time may run faster: an answer of a thread takes real time.
    if (file === ":memory:") return openSqliteArchive({ file, clock });
    return openArchiveThread({ file, clock, start: () => startThread({ file }) });
  },
};
