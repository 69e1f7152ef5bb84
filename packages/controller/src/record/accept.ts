import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { correlate, incidentKey } from "../correlate/correlate.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Params } from "../model/plain.ts";
import type { Signal, Subject } from "../model/signal.ts";
import { isUnavailable } from "./unavailable.ts";
import { decode, encodeAll, type NoteOf } from "./encode.ts";
import type { LedgerDriver, Write } from "./ledger/driver.ts";
import type { Accepted, Ledger, Seen } from "./ledger/ledger.ts";

/** How many of a subject's newest incidents are loaded: a signal hardly ever belongs to an older one. */
const KNOWN = 8;
/** Number of version conflicts in a row after which a signal fails: then something else is wrong. */
const MOST_CONFLICTS = 30;

export interface AcceptDeps {
  readonly driver: Pick<LedgerDriver, "load" | "commit">;
  readonly noteOf: NoteOf;
  readonly largestBody: number | undefined;
}

/** A signal that waits for the current commit of its subject. */
interface Waiting {
  readonly signal: Signal;
  readonly now: Ms;
  readonly hints: Params | undefined;
  readonly resolve: (accepted: Accepted | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A subject's stored state. */
interface Known {
  /** The document of its last ordinal, as loaded. */
  readonly record: Seen;
  readonly last: number;
  /** Its newest incidents, newest first, without purged ones. */
  readonly incidents: readonly Doc<"incident">[];
}

/**
 * Creates `accept`, which joins signals to incidents or opens new ones. Each subject has a document of its last
 * ordinal. It is written with each new incident and never purged, since an instance can be interrupted again much
 * later, and a reused key would be taken for an older version of the archived incident.
 *
 *     A  read: last 0 ─ write #1, last 1 ─ commit ✓
 *     B  read: last 0 ─── write #1, last 1 ─ commit ✗ ─ read: last 1, #1 ─ join it ─ commit ✓
 *
 * A join checks the version of this document too, so that no incident was opened meanwhile. Signals of one subject come
 * in bursts: all that arrived while its incidents were being read are stored in one commit.
 */
export function createAccept(deps: AcceptDeps): Ledger["accept"] {
  const { driver } = deps;
  const waiting = new Map<Key, Waiting[]>();

  /**
   * @param onEmpty called in the same tick in which the queue becomes empty, so that no signal is added to a queue that
   *   is not processed any more
   */
  async function takeTurns(subject: Subject, queue: Waiting[], onEmpty: () => void): Promise<void> {
    for (let conflicts = 0; queue.length > 0;) {
      let batch: readonly Waiting[] = queue;
      try {
        const known = await read(driver, subject);
        batch = [...queue];
        const answers = await commit(deps, known, batch);
        if (answers === "conflict") {
          if (++conflicts < MOST_CONFLICTS) continue;
          throw contended(subject);
        }
        for (const [index, one] of batch.entries()) one.resolve(answers[index] ?? null);
      } catch (error) {
        // Commit one by one, so that a signal that makes its document too large fails alone.
        if (batch.length > 1 && !isUnavailable(error)) await eachAlone(subject, batch);
        else for (const one of batch) one.reject(error);
      }
      conflicts = 0;
      queue.splice(0, batch.length);
    }
    onEmpty();
  }

  async function eachAlone(subject: Subject, batch: readonly Waiting[]): Promise<void> {
    for (const one of batch) await takeTurns(subject, [one], () => {});
  }

  return (signal, now, hints) =>
    new Promise((resolve, reject) => {
      const key = recordKey(signal.subject);
      const one = { signal, now, hints, resolve, reject };
      const queue = waiting.get(key);
      if (queue !== undefined) return void queue.push(one);
      const started = [one];
      waiting.set(key, started);
      void takeTurns(signal.subject, started, () => waiting.delete(key));
    });
}

async function read(driver: AcceptDeps["driver"], subject: Subject): Promise<Known> {
  const key = recordKey(subject);
  const [stored] = await driver.load([key]);
  if (stored === undefined) return { record: { key, version: 0 }, last: 0, incidents: [] };
  const { last } = JSON.parse(stored.body) as { readonly last: number };
  const keys = Array.from({ length: Math.min(KNOWN, last) }, (_, n) => incidentKey(subject, last - n));
  const found = new Map((await driver.load(keys)).map((one) => [one.key, decode(one) as Doc<"incident">]));
  return { record: { key, version: stored.version }, last, incidents: keys.flatMap((one) => found.get(one) ?? []) };
}

/** Commits the signals; returns the result of each, or "conflict". */
async function commit(
  { driver, noteOf, largestBody }: AcceptDeps,
  known: Known,
  batch: readonly Waiting[],
): Promise<readonly (Accepted | null)[] | "conflict"> {
  const { record } = known;
  const entries: Entry[] = [];
  const changed = new Map<Key, Doc<"incident">>();
  let { incidents, last } = known;
  const joined = batch.map(({ signal, now, hints }): Accepted | null => {
    const made = correlate(incidents, signal, now, { hints });
    if (made === null || !made.fresh) return made === null ? null : { doc: made.doc, fresh: false };
    const isKnown = incidents.some(({ key }) => key === made.doc.key);
    if (!isKnown) last += 1;
    const doc = isKnown ? made.doc : numbered(made.doc, last);
    incidents = isKnown ? incidents.map((one) => (one.key === doc.key ? doc : one)) : [doc, ...incidents];
    changed.set(doc.key, doc);
    entries.push(...made.entries.map((entry) => ({ ...entry, key: doc.key })));
    return { doc, fresh: true };
  });
  if (changed.size > 0) {
    const opens = last > known.last;
    const writes = encodeAll([...changed.values()], [record], noteOf, largestBody);
    const stored = await (opens
      ? driver.commit([...writes, recordWrite(record, last)], [], entries)
      : driver.commit(writes, [record], entries));
    if (!stored) return "conflict";
  }
  return joined.map((one) =>
    one !== null && changed.has(one.doc.key) ? { ...one, doc: { ...one.doc, version: one.doc.version + 1 } } : one,
  );
}

const recordKey = ({ id }: Subject): Key => `subject#${id}`;

const recordWrite = ({ key, version }: Seen, last: number): Write => ({
  key,
  version,
  wakeAt: null,
  tags: [],
  shelf: null,
  body: JSON.stringify({ last }),
});

/** Gives a new incident its ordinal, which counts also incidents that were not loaded. */
const numbered = (doc: Doc<"incident">, ordinal: number): Doc<"incident"> =>
  doc.body.ordinal === ordinal
    ? doc
    : { ...doc, key: incidentKey(doc.body.subject, ordinal), body: { ...doc.body, ordinal } };

const contended = ({ id }: Subject): SpotkeeperError =>
  new SpotkeeperError(
    "SK-LEDGER-THROTTLED",
    `A signal of ${id} could not be stored: others wrote to its incidents first, ${MOST_CONFLICTS} times. It comes again.`,
  );
