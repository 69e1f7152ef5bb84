import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import { isUnavailable } from "../record/unavailable.ts";
import type { Ledger, Seen } from "../record/ledger/ledger.ts";
import type { Wake } from "../wake.ts";

/** Maximum number of conflicts in a row; after it a pause is better than another attempt. */
export const MOST_CONFLICTS = 8;
/** Pause between two writes to an unavailable ledger. */
export const UNAVAILABLE_PAUSE: Ms = 1_000;
/** As many as the rounds of one `advance` (rounds.ts). */
const MOST_TRIES = 500;

export interface CommitDeps<K extends Kind> {
  readonly ledger: Pick<Ledger, "load" | "commit" | "touch">;
  readonly wake: Wake;
  /** Called with what was stored, except if only `wakeAt` has changed. */
  readonly onEntries?: (doc: Doc<K>, entries: readonly Entry[]) => Promise<void> | void;
}

/** What is written atomically. */
export interface Change<K extends Kind> {
  readonly doc: Doc<K>;
  readonly entries: readonly Entry[];
  /** Other documents that are written with it. */
  readonly writes?: readonly Doc[];
  /** Documents that must not have changed. */
  readonly unchanged?: readonly Seen[];
  /** Only `wakeAt` has changed. */
  readonly onlyWakes?: boolean;
  /** Documents whose wake-ups are scheduled before the commit. */
  readonly wakeUps: readonly Pick<Doc, "key" | "wakeAt">[];
}

/** A change that was derived from a document. */
export interface Made<K extends Kind> {
  /** Null if nothing must be written. */
  readonly change: Change<K> | null;
}

/** Why a change is derived once more. */
export type Again = "conflict" | "too-large";

export type Committed<K extends Kind, M extends Made<K>> =
  | { readonly is: "stored" | "nothing"; readonly made: M; readonly doc: Doc<K> }
  /** The ledger is unavailable, or a wake-up could not be scheduled. `made` is null if the document could not be read. */
  | { readonly is: "unavailable"; readonly made: M | null; readonly base: Doc<K> | null; readonly error: unknown }
  /** Other workers wrote first, each time. */
  | { readonly is: "contended"; readonly base: Doc<K> | null }
  /** `make` has returned null. */
  | { readonly is: "void" };

/**
 * Derives a change from a document and commits it. On a conflict the document is loaded and the change derived again. Wake-ups
 * are scheduled before the commit: a worker that dies between the two leaves an unnecessary wake-up, not a document that nobody
 * advances. A wake-up that cannot be scheduled is handled like an unavailable ledger. Rejects with other errors of the ledger.
 *
 * @param of `base` is the document as it was loaded, null if it is not stored; without it, it is loaded first
 * @param make derives the change from the stored document (null if it is not stored); `again` says why it is called once
 *   more. Returns null if there is nothing to do any more
 */
export async function commitOver<K extends Kind, M extends Made<K>>(
  deps: CommitDeps<K>,
  of: { readonly key: Key; readonly kind: K; readonly base?: Doc<K> | null },
  make: (base: Doc<K> | null, again: Again | null) => Promise<M | null> | M | null,
): Promise<Committed<K, M>> {
  let { base } = of;
  let again: Again | null = null;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    if (base === undefined || again === "conflict") {
      const loaded: Doc<K> | null | Unavailable = await orUnavailable(deps.ledger.load(of.key, of.kind));
      if (loaded instanceof Unavailable)
        return { is: "unavailable", made: null, base: base ?? null, error: loaded.error };
      base = loaded;
    }
    const made: M | null = await make(base, again);
    if (made === null) return { is: "void" };
    const { change } = made;
    if (change === null) return base === null ? { is: "void" } : { is: "nothing", made, doc: base };
    const stored = (await scheduleWakeUps(deps.wake, change.wakeUps)) ?? (await store(deps.ledger, change));
    if (stored instanceof Unavailable) return { is: "unavailable", made, base, error: stored.error };
    if (stored === "stored") {
      if (change.onlyWakes !== true) await deps.onEntries?.(change.doc, change.entries);
      return { is: "stored", made, doc: { ...change.doc, version: change.doc.version + 1 } };
    }
    again = stored;
  }
  return { is: "contended", base: base ?? null };
}

/**
 * Does the same for a result, which must not get lost: while the ledger is unavailable, it is repeated after a pause, for
 * about eight minutes. Rejects with the last error.
 */
export async function commitAtLast<K extends Kind, M extends Made<K>>(
  deps: CommitDeps<K> & { readonly clock: Clock },
  of: { readonly key: Key; readonly kind: K },
  make: (base: Doc<K> | null, again: Again | null) => Promise<M | null> | M | null,
): Promise<Exclude<Committed<K, M>, { readonly is: "unavailable" }>> {
  for (let tries = 1; ; tries++) {
    const committed = await commitOver(deps, of, make);
    if (committed.is === "unavailable") {
      if (tries >= MOST_TRIES) throw committed.error;
    } else if (committed.is !== "contended" || tries >= MOST_TRIES) return committed;
    await deps.clock.sleep(UNAVAILABLE_PAUSE);
  }
}

/** The error of an unavailable ledger. */
class Unavailable {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

async function orUnavailable<T>(asked: Promise<T>): Promise<T | Unavailable> {
  try {
    return await asked;
  } catch (error) {
    if (isUnavailable(error)) return new Unavailable(error);
    throw error;
  }
}

/** Schedules wake-ups. Returns null if all were scheduled. */
async function scheduleWakeUps(wake: Wake, docs: Change<Kind>["wakeUps"]): Promise<Unavailable | null> {
  const sent = await Promise.allSettled(
    docs.flatMap(({ key, wakeAt }) => (wakeAt === null ? [] : [wake.at(key, wakeAt)])),
  );
  const failed = sent.find(({ status }) => status === "rejected");
  return failed === undefined ? null : new Unavailable((failed as PromiseRejectedResult).reason);
}

/**
 * Commits, or touches if only `wakeAt` has changed. Returns `too-large` if a document is too large and others are written
 * with it (record/fit.ts has already shortened each).
 */
async function store<K extends Kind>(
  ledger: CommitDeps<K>["ledger"],
  { doc, entries, writes = [], unchanged = [], onlyWakes = false }: Change<K>,
): Promise<"stored" | Again | Unavailable> {
  try {
    const stored = await orUnavailable<unknown>(
      onlyWakes
        ? ledger.touch(doc.key, doc.version, doc.wakeAt)
        : ledger.commit([doc as Doc, ...writes], entries, unchanged),
    );
    return stored instanceof Unavailable ? stored : stored === "conflict" ? "conflict" : "stored";
  } catch (error) {
    if (!(error instanceof SpotkeeperError) || error.code !== "SK-LEDGER-TOO-LARGE" || writes.length === 0) throw error;
    return "too-large";
  }
}
