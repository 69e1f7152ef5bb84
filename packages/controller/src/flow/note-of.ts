import type { NoteOf } from "../record/encode.ts";
import { noteOfDoomed } from "./doomed.ts";
import { noteOfEvidence } from "./evidence.ts";

/** What a worker's ledger keeps beside documents for lists that do not read them. */
export const noteOf: NoteOf = (doc) => noteOfDoomed(doc) ?? noteOfEvidence(doc);
