import { correlate, type Doc, type Signal } from "@spotkeeper/controller";

/** As many of a subject's incidents as the ledger looks at. */
const KNOWN = 8;

export interface Joined {
  /** Null: it concerns no incident. */
  readonly doc: Doc<"incident"> | null;
  /** False for what was heard before. */
  readonly fresh: boolean;
}

/** Incidents of one input, without a ledger: ordinals count within it. */
export function createCorrelator(): (signal: Signal) => Joined {
  const bySubject = new Map<string, readonly Doc<"incident">[]>();
  return (signal) => {
    const subject = `${signal.subject.type}#${signal.subject.id}`;
    const known = bySubject.get(subject) ?? [];
    const joined = correlate(known, signal, signal.at);
    if (joined === null) return { doc: null, fresh: true };
    const others = known.filter((doc) => doc.key !== joined.doc.key);
    bySubject.set(subject, [joined.doc, ...others].slice(0, KNOWN));
    return { doc: joined.doc, fresh: joined.fresh };
  };
}
