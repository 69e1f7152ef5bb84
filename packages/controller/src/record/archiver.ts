import type { Archive, ArchivedIncident } from "./archive/archive.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "./ledger/ledger.ts";

export interface ArchiverDeps {
  readonly ledger: Pick<Ledger, "unarchived" | "load" | "history" | "commit">;
  readonly archive: Pick<Archive, "put">;
}

/** The result of one run. The next run tries the `failed` ones again. */
export interface ArchiveReport {
  readonly archived: number;
  readonly failed: readonly { readonly key: Key; readonly error: unknown }[];
  /** More incidents are waiting than one run archives. */
  readonly more: boolean;
}

export interface Archiver {
  /** Runs once; while a run is in progress, returns that run. */
  run(): Promise<ArchiveReport>;
}

const BATCH = 25;
/** Bound of one run, so that its caller can stop or do other work. */
const BATCHES_A_RUN = 20;
/** Pages of a timeline that are archived: some thousand entries; a normal incident has thirty. */
const TIMELINE_PAGES = 10;

/**
 * Copies closed incidents into the archive, at least once. It does not retry within a run: the caller runs it
 * regularly. Rejects if ledger or archive is unavailable.
 *
 *     put version 7 ─ crash                       next run: put version 7 again, which changes nothing
 *     put version 7 ─ commit archivedVersion: 7   (now version 8: archived)
 *     put version 7 ─ a late signal made it 8 ─ commit conflicts ─ next run: put version 8
 */
export function createArchiver({ ledger, archive }: ArchiverDeps): Archiver {
  let running: Promise<ArchiveReport> | null = null;

  async function run(): Promise<ArchiveReport> {
    let archived = 0;
    const failed: { key: Key; error: unknown }[] = [];
    const { keys, more } = await someKeys();
    for (let start = 0; start < keys.length; start += BATCH) {
      const docs = await closedDocs(keys.slice(start, start + BATCH));
      const outcomes = await putAll(docs);
      failed.push(
        ...outcomes.flatMap(({ doc, error }) => (error === null ? [] : [{ key: doc.key, error: error.cause }])),
      );
      const marked = await Promise.all(outcomes.filter(({ error }) => error === null).map(({ doc }) => mark(doc)));
      archived += marked.filter(Boolean).length;
    }
    return { archived, failed, more };
  }

  async function someKeys(): Promise<{ readonly keys: readonly Key[]; readonly more: boolean }> {
    const keys: Key[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.unarchived(cursor);
      keys.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && keys.length < BATCH * BATCHES_A_RUN);
    return {
      keys: keys.slice(0, BATCH * BATCHES_A_RUN),
      more: cursor !== undefined || keys.length > BATCH * BATCHES_A_RUN,
    };
  }

  async function closedDocs(keys: readonly Key[]): Promise<readonly Doc<"incident">[]> {
    const docs = await Promise.all(keys.map((key) => ledger.load(key, "incident")));
    return docs.filter((doc) => doc !== null).filter((doc) => doc.body.closedAt !== null);
  }

  /**
   * Archives documents. If the batch fails, each is put alone, so that one invalid incident does not block the others;
   * if all fail, the archive itself is unavailable and this rejects.
   */
  async function putAll(
    docs: readonly Doc<"incident">[],
  ): Promise<readonly { readonly doc: Doc<"incident">; readonly error: { readonly cause: unknown } | null }[]> {
    const incidents = await Promise.all(docs.map(toArchived));
    try {
      if (incidents.length > 0) await archive.put(incidents);
      return docs.map((doc) => ({ doc, error: null }));
    } catch (whole) {
      const each = await Promise.allSettled(incidents.map((incident) => archive.put([incident])));
      if (each.every(({ status }) => status === "rejected")) throw whole;
      return docs.map((doc, index) => {
        const result = each[index];
        return { doc, error: result?.status === "rejected" ? { cause: result.reason as unknown } : null };
      });
    }
  }

  async function toArchived({ key, version, body }: Doc<"incident">): Promise<ArchivedIncident> {
    return { key, version, incident: body, timeline: await timeline(key) };
  }

  async function timeline(key: Key): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < TIMELINE_PAGES; page++) {
      const { items, next } = await ledger.history(key, cursor);
      entries.push(...items);
      if (next === undefined) break;
      cursor = next;
    }
    return entries;
  }

  async function mark(doc: Doc<"incident">): Promise<boolean> {
    const marked = { ...doc, body: { ...doc.body, archivedVersion: doc.version } };
    return (await ledger.commit([marked], [])) !== "conflict";
  }

  return {
    run() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
