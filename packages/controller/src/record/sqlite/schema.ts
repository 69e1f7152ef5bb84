/**
 * "SPOT" in ASCII: identifies a SQLite file of Spotkeeper (https://www.sqlite.org/pragma.html#pragma_application_id),
 * so that a mistyped path never adds tables to another program's file.
 */
export const APPLICATION_ID = 0x53504f54;

/**
 * The migration to each version; a file's version is its `user_version`. Never edit a released migration: append a new
 * one. Ledger and archive share one schema, so that they can share one file.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE docs (
     id INTEGER PRIMARY KEY,
     kind TEXT NOT NULL,
     key TEXT NOT NULL UNIQUE,
     version INTEGER NOT NULL,
     wakeAt INTEGER,
     tags TEXT NOT NULL,
     body TEXT NOT NULL,
     closedAt INTEGER,
     archived INTEGER NOT NULL,
     leaseOwner TEXT,
     leaseUntil INTEGER
   ) STRICT;
   CREATE INDEX docs_due ON docs (wakeAt) WHERE wakeAt IS NOT NULL;
   CREATE INDEX docs_unarchived ON docs (id) WHERE closedAt IS NOT NULL AND archived = 0;
   CREATE INDEX docs_archived ON docs (closedAt) WHERE closedAt IS NOT NULL AND archived = 1;

   CREATE TABLE tags (tag TEXT NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (tag, doc)) STRICT, WITHOUT ROWID;

   CREATE TABLE journal (
     seq INTEGER PRIMARY KEY,
     key TEXT NOT NULL,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     text TEXT NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX journal_key ON journal (key);

   CREATE TABLE ordinals (subject TEXT PRIMARY KEY, ordinal INTEGER NOT NULL) STRICT, WITHOUT ROWID;

   CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;

   CREATE TABLE archive (
     key TEXT PRIMARY KEY,
     version INTEGER NOT NULL,
     openedAt INTEGER NOT NULL,
     open INTEGER NOT NULL,
     subject TEXT NOT NULL,
     outcome TEXT,
     region TEXT,
     availabilityZone TEXT,
     instanceType TEXT,
     "group" TEXT,
     cluster TEXT,
     kinds TEXT NOT NULL,
     incident TEXT NOT NULL,
     facts TEXT NOT NULL,
     timeline TEXT NOT NULL
   ) STRICT;
   CREATE INDEX archive_newest ON archive (openedAt, key);
   CREATE INDEX archive_subject ON archive (subject, openedAt, key);
   CREATE INDEX archive_group ON archive ("group", openedAt, key);
   CREATE INDEX archive_cluster ON archive (cluster, openedAt, key);`,
  // A subject's last ordinal is a document, as in every store, and a tag has a note. The columns leaseOwner and leaseUntil
  // are of no more use; to drop them would write every document anew.
  `ALTER TABLE tags ADD COLUMN note TEXT;
   INSERT INTO docs (kind, key, version, tags, body, archived)
     SELECT 'subject', 'subject#' || subject, 1, '[]', json_object('last', max(ordinal)), 0
     FROM (
       SELECT subject, ordinal FROM ordinals
       UNION ALL
       SELECT substr(start, length('incident#') + 1, length(start) - length('incident##')),
         CAST(substr(key, length(start) + 1) AS INTEGER)
       FROM (SELECT key, rtrim(key, '0123456789') AS start FROM docs WHERE kind = 'incident')
     )
     GROUP BY subject;
   DROP TABLE ordinals;
   DROP INDEX docs_unarchived;
   CREATE INDEX docs_unarchived ON docs (closedAt) WHERE closedAt IS NOT NULL AND archived = 0;`,
  // The archive in numbers of names, compressed documents, and counts for panels. Incidents of the table `archive` are moved
  // when the archive is opened (record/archive/sqlite/move.ts).
  `CREATE TABLE archive_names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE archive_zones (
     id INTEGER PRIMARY KEY, region TEXT NOT NULL, zone TEXT NOT NULL, UNIQUE (region, zone)
   ) STRICT;
   CREATE TABLE archive_rows (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     version INTEGER NOT NULL,
     openedAt INTEGER NOT NULL,
     open INTEGER NOT NULL,
     "group" INTEGER NOT NULL,
     cluster INTEGER NOT NULL,
     zone INTEGER NOT NULL,
     type INTEGER NOT NULL,
     outcome INTEGER NOT NULL,
     kinds INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX archive_rows_newest ON archive_rows (openedAt, key);
   CREATE INDEX archive_rows_group ON archive_rows ("group", openedAt);
   CREATE INDEX archive_rows_cluster ON archive_rows (cluster, openedAt);
   CREATE TABLE archive_dictionaries (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
   CREATE TABLE archive_documents (id INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
   CREATE TABLE archive_marginals (
     dim INTEGER NOT NULL, level INTEGER NOT NULL, bucket INTEGER NOT NULL, value INTEGER NOT NULL,
     outcome INTEGER NOT NULL, count INTEGER NOT NULL,
     PRIMARY KEY (dim, level, bucket, value, outcome)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX archive_marginals_value ON archive_marginals (dim, level, value, bucket, outcome, count);
   CREATE TABLE archive_cube (
     day INTEGER NOT NULL, "group" INTEGER NOT NULL, zone INTEGER NOT NULL, type INTEGER NOT NULL,
     outcome INTEGER NOT NULL, count INTEGER NOT NULL,
     PRIMARY KEY ("group", day, zone, type, outcome)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX archive_cube_zone ON archive_cube (zone, type, day, outcome, "group", count);
   CREATE INDEX archive_cube_type ON archive_cube (type, day, zone, outcome, "group", count);
   DROP INDEX archive_newest;
   DROP INDEX archive_subject;
   DROP INDEX archive_group;
   DROP INDEX archive_cluster;`,
  // Durations in milliseconds; null means that there is none, or that the incident was archived before.
  `ALTER TABLE archive_rows ADD COLUMN spare INTEGER;
   ALTER TABLE archive_rows ADD COLUMN replacement INTEGER;
   ALTER TABLE archive_rows ADD COLUMN uptime INTEGER;
   ALTER TABLE archive_rows ADD COLUMN lead INTEGER;`,
];
