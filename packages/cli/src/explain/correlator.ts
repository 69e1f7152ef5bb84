import { correlate, type Doc, type Key, type Signal } from "@spotkeeper/controller";

/** The ledger also compares a signal with this many incidents of its subject. */
const KNOWN = 8;

export interface Joined {
  /** Null if the signal concerns no incident. */
  readonly key: Key | null;
  /** The incident so far; null until a signal opens it. */
  readonly doc: Doc<"incident"> | null;
  /** False for a signal that was seen before. */
  readonly fresh: boolean;
}

/**
 * Groups the signals of one input into incidents, without a ledger; ordinals count within the input. A worker must
 * decide for each signal at once to which interruption it belongs. Here the whole input is known, so the keys are
 * computed in the order of the signals' own times, which is exact for any order of arrival. The incident documents then
 * grow in the order of the input.
 *
 * @param signals the whole input, in order; the returned function takes the same objects
 */
export function createCorrelator(signals: readonly Signal[]): (signal: Signal) => Joined {
  const keys = keysOf(signals);
  const docs = new Map<Key, Doc<"incident">>();
  return (signal) => {
    const key = keys.get(signal) ?? null;
    if (key === null) return { key, doc: null, fresh: true };
    const known = docs.get(key) ?? null;
    // As if received at its own time, so that an old message shows the budgets that it had then.
    const heard: Signal = { ...signal, receivedAt: signal.at };
    const joined = correlate(known === null ? [] : [known], heard, signal.at, { pick: () => known });
    if (joined === null) return { key, doc: null, fresh: true };
    const doc = { ...joined.doc, key };
    docs.set(key, doc);
    return { key, doc, fresh: joined.fresh };
  };
}

function keysOf(signals: readonly Signal[]): ReadonlyMap<Signal, Key> {
  const keys = new Map<Signal, Key>();
  const bySubject = new Map<string, readonly Doc<"incident">[]>();
  const hear = (signal: Signal): void => {
    const subject = `${signal.subject.type}#${signal.subject.id}`;
    const known = bySubject.get(subject) ?? [];
    const joined = correlate(known, signal, signal.at);
    if (joined === null) return;
    const others = known.filter((doc) => doc.key !== joined.doc.key);
    bySubject.set(subject, [joined.doc, ...others].slice(0, KNOWN));
    keys.set(signal, joined.doc.key);
  };
  for (const signal of signals.toSorted((a, b) => a.at - b.at)) hear(signal);
  // A group may report that it terminated an instance a moment before EC2 reports the end. So try these once more.
  for (const signal of signals) if (signal.kind === "termination-result" && !keys.has(signal)) hear(signal);
  return keys;
}
