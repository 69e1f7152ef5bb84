import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import { isDoomed } from "../decide/threat.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { NoteOf } from "../record/encode.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** Facts of a storm are made from one snapshot for this long, so that a thousand warnings do not make a thousand. */
const SNAPSHOT_FOR: Ms = 100;
/** What the ledger could not take counts so long: longer than a notice lasts. */
const UNRECORDED_FOR: Ms = 600_000;

/** All capacity that is going now, over all open incidents: what a service keeps is counted without it. */
export interface Doomed {
  /** Ids of instances and ARNs of tasks. A new set when it has changed. */
  current(): ReadonlySet<string>;
  saw(doc: Doc): void;
  /** An incident that the ledger could not take: its subject counts all the same, until the ledger has it. */
  sawUnrecorded(doc: Doc<"incident">): void;
  /**
   * Looks through all open incidents: at the start, and now and then for what other workers accepted. Answers their keys.
   * Reads only those that an earlier Spotkeeper wrote last, without a note.
   */
  refresh(ledger: Pick<Ledger, "outline" | "load">): Promise<ReadonlySet<Key>>;
}

/** What is kept of an open incident for `refresh`: who is going, or nobody. */
export const noteOfDoomed: NoteOf = (doc) =>
  doc.kind === "incident" ? { tag: OPEN, note: isDoomed(doc.body) ? doc.body.subject.id : "" } : null;

export function trackDoomed(clock: Clock): Doomed {
  const byIncident = new Map<Key, string>();
  /** Until when each counts, by id. */
  const unrecorded = new Map<string, Ms>();
  let snapshot: ReadonlySet<string> = new Set();
  let takenAt: Ms = 0;
  let changed = false;

  const sawNote = (key: Key, note: string): void => {
    if ((note !== "") === byIncident.has(key)) return;
    changed = true;
    if (note === "") byIncident.delete(key);
    else byIncident.set(key, note);
  };
  const saw = (doc: Doc): void => {
    const noted = noteOfDoomed(doc);
    if (noted === null) return;
    if (doc.kind === "incident" && unrecorded.delete(doc.body.subject.id)) changed = true;
    sawNote(doc.key, noted.note);
  };

  return {
    saw,
    sawUnrecorded({ body }) {
      if (!isDoomed(body)) return;
      unrecorded.set(body.subject.id, clock.now() + UNRECORDED_FOR);
      changed = true;
    },
    current() {
      // Far apart in either direction: the clock can be set back.
      if (changed && (Math.abs(clock.now() - takenAt) >= SNAPSHOT_FOR || snapshot.size === 0)) {
        snapshot = new Set([...byIncident.values(), ...unrecorded.keys()]);
        takenAt = clock.now();
        changed = false;
      }
      return snapshot;
    },
    async refresh(ledger) {
      for (const [id, until] of unrecorded) if (until < clock.now() && unrecorded.delete(id)) changed = true;
      let cursor: string | undefined;
      const open = new Set<Key>();
      do {
        const page = await ledger.outline(OPEN, cursor);
        for (const { key, note } of page.items) {
          open.add(key);
          if (note !== null) sawNote(key, note);
        }
        const unknown = page.items.filter(({ note }) => note === null);
        const docs = await Promise.all(unknown.map(({ key }) => ledger.load(key, "incident")));
        for (const doc of docs) if (doc !== null) saw(doc);
        cursor = page.next;
      } while (cursor !== undefined);
      for (const key of byIncident.keys()) {
        if (open.has(key)) continue;
        byIncident.delete(key);
        changed = true;
      }
      return open;
    },
  };
}
