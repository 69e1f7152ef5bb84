import type { NoteOf } from "../record/encode.ts";
import { noteOfDoomed } from "./doomed.ts";
import { noteOfEvidence } from "./evidence.ts";

/** Makes the notes of a worker's ledger, for lists that do not load the documents. */
export const noteOf: NoteOf = (doc) => noteOfDoomed(doc) ?? noteOfEvidence(doc);
