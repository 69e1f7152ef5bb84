import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { correlate, incidentKey } from "../correlate/correlate.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Params } from "../model/plain.ts";
import type { Signal, Subject } from "../model/signal.ts";
import { isAway } from "./away.ts";
import { decode, encodeAll, type NoteOf } from "./encode.ts";
import type { LedgerDriver, Write } from "./ledger/driver.ts";
import type { Accepted, Ledger, Seen } from "./ledger/ledger.ts";

/** How many of a subject's incidents are looked at: an interruption hardly joins one from eight ago. */
const KNOWN = 8;
/** Others who write to the same subject have won each time: then something is wrong with it. */
const MOST_CONFLICTS = 30;

export interface AcceptDeps {
  readonly driver: Pick<LedgerDriver, "load" | "commit">;
  readonly noteOf: NoteOf;
  readonly largestBody: number | undefined;
}

/** A signal that waits for its subject's turn. */
interface Waiting {
  readonly signal: Signal;
  readonly now: Ms;
  readonly hints: Params | undefined;
  readonly resolve: (accepted: Accepted | null) => void;
  readonly reject: (error: unknown) => void;
}

/** What is known of a subject. */
interface Known {
  /** Its record of the last ordinal, as it was read. */
  readonly record: Seen;
  readonly last: number;
  /** Its newest incidents, newest first; those that were purged are not among them. */
  readonly incidents: readonly Doc<"incident">[];
}

/**
 * Joins signals to incidents, or opens them. A subject has a record of its last ordinal, which is written with each
 * incident that opens, and which nobody purges: an instance can be interrupted again long after, and a key that is used
 * twice would be an older version of what the archive has.
 *
 *     A  read: last 0 ─ write #1, last 1 ─ commit ✓
 *     B  read: last 0 ─── write #1, last 1 ─ commit ✗ ─ read: last 1, #1 ─ join it ─ commit ✓
 *
 * Who joins relies on that record too: what it chose among has not grown. Signals of one subject come in bursts: all that
 * have come by the time its incidents have been read are stored by one commit.
 */
export function createAccept(deps: AcceptDeps): Ledger["accept"] {
  const { driver } = deps;
  const waiting = new Map<Key, Waiting[]>();

  /** @param onEmpty is called in the very turn in which nobody waits any more, so that nobody comes to wait in vain */
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
        // What one of them makes too large is refused alone.
        if (batch.length > 1 && !isAway(error)) await eachAlone(subject, batch);
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

/** Answers what became of each signal, or "conflict". */
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

/** The incident that is about to open, under an ordinal past those that correlate was not shown. */
const numbered = (doc: Doc<"incident">, ordinal: number): Doc<"incident"> =>
  doc.body.ordinal === ordinal
    ? doc
    : { ...doc, key: incidentKey(doc.body.subject, ordinal), body: { ...doc.body, ordinal } };

const contended = ({ id }: Subject): SpotkeeperError =>
  new SpotkeeperError(
    "SK-LEDGER-THROTTLED",
    `A signal of ${id} could not be stored: others wrote to its incidents first, ${MOST_CONFLICTS} times. It comes again.`,
  );
