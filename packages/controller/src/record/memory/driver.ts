import type { Clock, Ms } from "../../clock.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import { partOf } from "../cursor.ts";
import { createHealth } from "../health.ts";
import type { LedgerDriver, Queue, Stored, Write } from "../ledger/driver.ts";
import { createUnderWay } from "../under-way.ts";

export interface MemoryOptions {
  readonly clock: Clock;
  /** Returns the latency of a call: drawn for each call. */
  readonly latency: () => Ms;
  /** Returns how long queues and lists are stale after a write: drawn for each write. */
  readonly lag: () => Ms;
}

/** A version of a document that queues and lists show from a time on; null means removed. */
interface Seen {
  readonly from: Ms;
  readonly write: Write | null;
}

/**
 * Keeps a ledger's state in memory, with the behaviour of a store over a network: calls take time and may overtake each
 * other, and queues and lists are stale. For simulations and tests; lost with the process.
 */
export function openMemory({ clock, latency, lag }: MemoryOptions): LedgerDriver {
  const health = createHealth(clock);
  const docs = new Map<Key, Write>();
  const seen = new Map<Key, Seen[]>();
  const journal = new Map<Key, Entry[]>();
  const underWay = createUnderWay("in memory");

  /** Runs the work in one tick, at some time between the call and its answer. */
  const ask = <T>(work: () => T): Promise<T> =>
    underWay.begin(async () => {
      await clock.sleep(latency());
      const answer = work();
      await clock.sleep(latency());
      return answer;
    });

  const versionOf = (key: Key): number => docs.get(key)?.version ?? 0;

  function put(key: Key, write: Write | null): void {
    if (write === null) docs.delete(key);
    else docs.set(key, write);
    const now = clock.now();
    // Only the newest visible version is still needed.
    const before = seen.get(key) ?? [];
    const shown = before.findLastIndex(({ from }) => from <= now);
    // A write never becomes visible before the previous one.
    const from = Math.max(now + lag(), before.at(-1)?.from ?? 0);
    seen.set(key, [...before.slice(Math.max(0, shown)), { from, write }]);
  }

  /** The documents that queues and lists show now. */
  function* listed(): Iterable<Write> {
    const now = clock.now();
    for (const versions of seen.values()) {
      const write = versions.findLast(({ from }) => from <= now)?.write ?? null;
      if (write !== null) yield write;
    }
  }

  const stored = (write: Write): Stored => ({ ...write, tags: write.tags.map(({ name }) => name) });

  return {
    load: (keys) => ask(() => [...new Set(keys)].flatMap((key) => docs.get(key) ?? []).map(stored)),

    commit: (writes, unchanged, entries) =>
      ask(() => {
        if ([...writes, ...unchanged].some(({ key, version }) => versionOf(key) !== version)) return false;
        for (const write of writes) put(write.key, { ...write, version: write.version + 1 });
        for (const entry of entries) journal.set(entry.key, [...(journal.get(entry.key) ?? []), entry]);
        return true;
      }),

    touch: (key, version, wakeAt) =>
      ask(() => {
        const doc = docs.get(key);
        if (doc?.version !== version) return false;
        put(key, { ...doc, version: version + 1, wakeAt });
        return true;
      }),

    queued: (queue, until, limit, after) =>
      ask(() => {
        const due = [...listed()]
          .flatMap((write) => {
            const at = instantIn(queue, write);
            return at === null || at > (until ?? Infinity) ? [] : [{ key: write.key, place: placeOf(at, write.key) }];
          })
          .filter(({ place }) => after === null || place > after)
          .toSorted((one, other) => (one.place < other.place ? -1 : 1));
        return partOf(
          due,
          limit,
          ({ key }) => key,
          ({ place }) => place,
        );
      }),

    tagged: (tag, limit, after) =>
      ask(() => {
        const found = [...listed()]
          .flatMap(({ key, tags }) => tags.filter(({ name }) => name === tag).map(({ note }) => ({ key, note })))
          .filter(({ key }) => after === null || key > after)
          .toSorted((one, other) => (one.key < other.key ? -1 : 1));
        return partOf(
          found,
          limit,
          (outline) => outline,
          ({ key }) => key,
        );
      }),

    history: (key, limit, after) =>
      ask(() => {
        const from = Number(after ?? 0);
        const rest = (journal.get(key) ?? []).slice(from).map((entry, n) => ({ entry, place: from + n + 1 }));
        return partOf(
          rest,
          limit,
          ({ entry }) => entry,
          ({ place }) => String(place),
        );
      }),

    remove: (asked) =>
      ask(() => {
        const mine = asked.filter(({ key, version }) => versionOf(key) === version);
        for (const { key } of mine) {
          put(key, null);
          journal.delete(key);
        }
        return mine.length;
      }),

    health: health.get,
    close: underWay.close,
  };
}

function instantIn(queue: Queue, { wakeAt, shelf }: Write): Ms | null {
  if (queue === "due") return wakeAt;
  return shelf?.name === queue ? shelf.since : null;
}

/** Makes a text that sorts by time, then by key. */
const placeOf = (at: Ms, key: Key): string => `${String(at).padStart(16, "0")} ${key}`;
