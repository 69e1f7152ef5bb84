import type { Doc } from "../model/doc.ts";

/**
 * Whether the archive has the newest version of the document. The archiver puts version n and then commits
 * `archivedVersion: n`, which makes it version n + 1; a later commit (a late signal) makes it unarchived again.
 */
export function isArchived({ version, body }: Pick<Doc<"incident">, "version" | "body">): boolean {
  return body.archivedVersion > 0 && version === body.archivedVersion + 1;
}
