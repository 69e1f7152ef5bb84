import { z } from "zod";
import { archives } from "../../record/archive/index.ts";
import { ledgers } from "../../record/ledger/index.ts";
import { oneOf, text } from "../fields.ts";

const ledgerNames = Object.keys(ledgers) as [keyof typeof ledgers, ...(keyof typeof ledgers)[]];
const archiveNames = Object.keys(archives) as [keyof typeof archives, ...(keyof typeof archives)[]];

const file = text("a path; a relative one starts at the working folder", 4_096);

/** Where state is kept. */
export const ledger = z.strictObject({
  driver: oneOf(ledgerNames).default("sqlite"),
  file: file.default("spotkeeper.db"),
  /** FULL survives a power cut; NORMAL only a kill, at several times the speed. */
  synchronous: oneOf(["FULL", "NORMAL"]).default("FULL"),
});

/** What analytics reads. By default beside the ledger: a long query then locks nothing that handling needs. */
export const archive = z.strictObject({
  driver: oneOf(archiveNames).default("sqlite"),
  file: file.default("spotkeeper-archive.db"),
});

/** What is known before anything happens: a cache in a file, so that a restart is warm. */
export const inventory = z.strictObject({
  file: file.default("spotkeeper-inventory.db"),
});
