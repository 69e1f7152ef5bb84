import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { type ErrorCode, SpotkeeperError } from "../../errors.ts";

/** Why a file cannot be used. */
export type Trouble =
  | "full"
  | "locked"
  | "readonly"
  | "corrupt"
  | "unavailable"
  | "newer"
  | "foreign"
  | "closed"
  | "replaced";

/** The store that a file belongs to: used in messages and error codes. */
export type Area = "ledger" | "archive";

const codes: { readonly [A in Area]: { readonly [T in Trouble]: ErrorCode } } = {
  ledger: {
    full: "SK-LEDGER-FULL",
    locked: "SK-LEDGER-LOCKED",
    readonly: "SK-LEDGER-READONLY",
    corrupt: "SK-LEDGER-CORRUPT",
    unavailable: "SK-LEDGER-UNAVAILABLE",
    newer: "SK-LEDGER-NEWER",
    foreign: "SK-LEDGER-FOREIGN",
    closed: "SK-LEDGER-CLOSED",
    replaced: "SK-LEDGER-REPLACED",
  },
  archive: {
    full: "SK-ARCHIVE-FULL",
    locked: "SK-ARCHIVE-LOCKED",
    readonly: "SK-ARCHIVE-READONLY",
    corrupt: "SK-ARCHIVE-CORRUPT",
    unavailable: "SK-ARCHIVE-UNAVAILABLE",
    newer: "SK-ARCHIVE-NEWER",
    foreign: "SK-ARCHIVE-FOREIGN",
    closed: "SK-ARCHIVE-CLOSED",
    replaced: "SK-ARCHIVE-REPLACED",
  },
};

/** A failure of the file, not of a statement: the whole transaction is lost, and a retry may succeed. */
export class StoreFailure extends SpotkeeperError {
  readonly trouble: Trouble;
  constructor(area: Area, trouble: Trouble, message: string, cause?: unknown) {
    super(codes[area][trouble], message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

/**
 * Converts an error to a `StoreFailure` if it is a failure of the file; returns null for other errors, which the caller
 * gets unchanged. Result codes: https://www.sqlite.org/rescode.html (the low byte is the primary code).
 */
export function toStoreFailure(area: Area, file: string, error: unknown): StoreFailure | null {
  if (error instanceof StoreFailure) return error;
  const code = sqliteCode(error);
  const trouble = code === null ? null : troubleOf(code, file);
  return trouble === null ? null : new StoreFailure(area, trouble, sentence(area, trouble, file), error);
}

function sqliteCode(error: unknown): number | null {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : null;
}

/** The shared-memory file could not grow: this happens if the disk is full while the file is opened. */
const SQLITE_IOERR_SHMSIZE = 4874;

function troubleOf(code: number, file: string): Trouble | null {
  if (code === SQLITE_IOERR_SHMSIZE) return "full";
  switch (code & 0xff) {
    case 5: // BUSY
    case 6: // LOCKED
    case 15: // PROTOCOL: many attempts to get the lock failed
      return "locked";
    case 13:
      return "full";
    case 3: // PERM
    case 8: // READONLY
    case 23: // AUTH
      return "readonly";
    case 11: // CORRUPT
    case 26: // NOTADB
      return "corrupt";
    case 10: // IOERR
    case 14: // CANTOPEN: also if the -wal file cannot be created in the folder
      return folderIsReadOnly(file) ? "readonly" : "unavailable";
    default:
      return null;
  }
}

function folderIsReadOnly(file: string): boolean {
  try {
    if (!statSync(dirname(file)).isDirectory()) return false;
  } catch {
    return false; // the folder is missing, which is another failure
  }
  try {
    accessSync(dirname(file), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** Makes the failure for a file that was removed or replaced while it was open. */
export const replacedFailure = (area: Area, file: string): StoreFailure =>
  new StoreFailure(area, "replaced", sentence(area, "replaced", file));

function sentence(area: Area, trouble: Trouble, file: string): string {
  switch (trouble) {
    case "full":
      return `The ${area} file ${file} cannot grow: its disk (or its own limit) is full. Free space; writing resumes by itself.`;
    case "locked":
      return `The ${area} file ${file} is locked by another program. Stop what holds it (a backup, a shell); writing resumes by itself.`;
    case "readonly":
      return `The ${area} file ${file} or its folder is read-only. Let this user write to both; writing resumes by itself.`;
    case "corrupt":
      return `The ${area} file ${file} is damaged, or is not a SQLite file. Move it and its -wal and -shm files away, or restore a backup; it is opened again by itself.`;
    case "unavailable":
      return `The ${area} file ${file} cannot be opened or read. See that its folder exists and that the disk works; it is opened again by itself.`;
    case "newer":
      return `The ${area} file ${file} was written by a newer Spotkeeper. Use that version, or another file.`;
    case "foreign":
      return `The file ${file} belongs to another program. Name another file for the ${area}.`;
    case "replaced":
      return `The ${area} file ${file} was removed or replaced while it was open: what was open in it is forgotten, and what stands there now is used. Look after what was raised or detached, then restart the worker.`;
    case "closed":
      return `The ${area} ${file} is closed.`;
  }
}
