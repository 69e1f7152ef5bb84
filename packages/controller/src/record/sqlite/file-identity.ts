import type { DatabaseSync } from "node:sqlite";

/** How a SQLite file identifies itself. */
export interface FileIdentity {
  /** https://www.sqlite.org/pragma.html#pragma_application_id; 0 for none. */
  readonly applicationId: number;
  /** https://www.sqlite.org/pragma.html#pragma_user_version; 0 for none. */
  readonly version: number;
  /** Whether it has a table: a file without tables is new. */
  readonly used: boolean;
}

/**
 * Reads all fields in one statement, so that they are consistent: between two statements another process could create
 * tables before it sets the ids. Throws SQLite's errors.
 */
export function readFileIdentity(db: DatabaseSync): FileIdentity {
  const row = db
    .prepare(
      `SELECT (SELECT application_id FROM pragma_application_id) AS applicationId,
         (SELECT user_version FROM pragma_user_version) AS version,
         EXISTS (SELECT 1 FROM sqlite_schema) AS used`,
    )
    .get();
  return {
    applicationId: Number(row?.["applicationId"]),
    version: Number(row?.["version"]),
    used: row?.["used"] === 1,
  };
}
