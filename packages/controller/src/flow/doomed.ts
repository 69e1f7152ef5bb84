import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import { isDoomed } from "../decide/threat.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { NoteOf } from "../record/encode.ts";
import type { Ledger, Outline } from "../record/ledger/ledger.ts";
import { readOutlined } from "./read-outlined.ts";

/** How long one snapshot is used, so that a storm of warnings does not create a snapshot for each. */
const SNAPSHOT_FOR: Ms = 100;
/** How long an incident that could not be stored counts: longer than a notice lasts. */
const UNRECORDED_FOR: Ms = 600_000;
/** A list of the ledger may lack what was stored so lately (record/ledger/ledger.ts, "may lag"). */
const LISTED_AFTER: Ms = 60_000;

/** Ids of all doomed capacity, over all open incidents: the remaining capacity of services is counted without it. */
export interface Doomed {
  /** Returns ids of instances and ARNs of tasks; a new set when it has changed. */
  current(): ReadonlySet<string>;
  saw(doc: Doc): void;
  /** Counts the subject of an incident that could not be stored, until it is stored. */
  sawUnrecorded(doc: Doc<"incident">): void;
  /**
   * Reads the list of open incidents, at the start and regularly for those of other workers; returns their keys. What this
   * worker saw lately stays: a list may lag. Loads only documents without a note, which an earlier Spotkeeper wrote.
   */
  reload(ledger: Pick<Ledger, "outline" | "load">): Promise<ReadonlySet<Key>>;
}

/** Makes the note of an open incident for `reload`: the id of its doomed subject, or an empty text. */
export const noteOfDoomed: NoteOf = (doc) =>
  doc.kind === "incident" ? { tag: OPEN, note: isDoomed(doc.body) ? doc.body.subject.id : "" } : null;

export function trackDoomed(clock: Clock): Doomed {
  const byIncident = new Map<Key, string>();
  /** When this worker last saw an incident. */
  const seenAt = new Map<Key, Ms>();
  /** Until when each id counts. */
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
    seenAt.set(doc.key, clock.now());
  };
  const isNew = (key: Key): boolean => Math.abs(clock.now() - (seenAt.get(key) ?? -Infinity)) < LISTED_AFTER;

  return {
    saw,
    sawUnrecorded({ body }) {
      if (!isDoomed(body)) return;
      unrecorded.set(body.subject.id, clock.now() + UNRECORDED_FOR);
      changed = true;
    },
    current() {
      // Compared in both directions, since the clock can be set back.
      if (changed && (Math.abs(clock.now() - takenAt) >= SNAPSHOT_FOR || snapshot.size === 0)) {
        snapshot = new Set([...byIncident.values(), ...unrecorded.keys()]);
        takenAt = clock.now();
        changed = false;
      }
      return snapshot;
    },
    async reload(ledger) {
      for (const [id, until] of unrecorded) if (until < clock.now() && unrecorded.delete(id)) changed = true;
      const open = new Set<Key>();
      const sawOutline = ({ key, note }: Outline): boolean => {
        open.add(key);
        if (isNew(key)) return true;
        if (note !== null) sawNote(key, note);
        return note !== null;
      };
      await readOutlined(ledger, OPEN, "incident", sawOutline, saw);
      for (const key of byIncident.keys()) {
        if (open.has(key) || isNew(key)) continue;
        byIncident.delete(key);
        changed = true;
      }
      for (const key of seenAt.keys()) if (!isNew(key)) seenAt.delete(key);
      return open;
    },
  };
}
