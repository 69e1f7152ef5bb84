import { correlate, type Doc, type Key, type Signal } from "@spotkeeper/controller";

/** As many of a subject's incidents as the ledger looks at. */
const KNOWN = 8;

export interface Joined {
  /** Null: it concerns no incident. */
  readonly key: Key | null;
  /** What is known of it by now; null while nothing was heard that opens it. */
  readonly doc: Doc<"incident"> | null;
  /** False for what was heard before. */
  readonly fresh: boolean;
}

/**
 * Incidents of one input, without a ledger: ordinals count within it. A worker must decide with each signal to which
 * interruption it belongs; here the whole input is there, so that is read off in the order in which things happened,
 * and no order of arrival mixes two of them up. What is known of an incident grows in the order of the input.
 *
 * @param signals the whole input, in its order; the answer takes the same objects
 */
export function createCorrelator(signals: readonly Signal[]): (signal: Signal) => Joined {
  const keys = keysOf(signals);
  const docs = new Map<Key, Doc<"incident">>();
  return (signal) => {
    const key = keys.get(signal) ?? null;
    if (key === null) return { key, doc: null, fresh: true };
    const known = docs.get(key) ?? null;
    // As if each had come at its own time, so that an old message shows the budgets it had.
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
  // A group may tell that it terminated an instance a moment before EC2 tells that it ends.
  for (const signal of signals) if (signal.kind === "termination-result" && !keys.has(signal)) hear(signal);
  return keys;
}
