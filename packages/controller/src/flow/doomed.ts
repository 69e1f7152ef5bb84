import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import { isDoomed } from "../decide/threat.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** Facts of a storm are made from one snapshot for this long, so that a thousand warnings do not make a thousand. */
const SNAPSHOT_FOR: Ms = 100;

/** All capacity that is going now, over all open incidents: what a service keeps is counted without it. */
export interface Doomed {
  /** Ids of instances and ARNs of tasks. A new set when it has changed. */
  current(): ReadonlySet<string>;
  saw(doc: Doc): void;
  /** Reads every open incident: at the start, and now and then for what other workers accepted. Answers their keys. */
  refresh(ledger: Pick<Ledger, "list">): Promise<ReadonlySet<Key>>;
}

export function trackDoomed(clock: Clock): Doomed {
  const byIncident = new Map<Key, string>();
  let snapshot: ReadonlySet<string> = new Set();
  let takenAt: Ms = 0;
  let changed = false;

  const saw = (doc: Doc): void => {
    if (doc.kind !== "incident") return;
    const doomed = isDoomed(doc.body);
    if (doomed === byIncident.has(doc.key)) return;
    changed = true;
    if (doomed) byIncident.set(doc.key, doc.body.subject.id);
    else byIncident.delete(doc.key);
  };

  return {
    saw,
    current() {
      // Far apart in either direction: the clock can be set back.
      if (changed && (Math.abs(clock.now() - takenAt) >= SNAPSHOT_FOR || snapshot.size === 0)) {
        snapshot = new Set(byIncident.values());
        takenAt = clock.now();
        changed = false;
      }
      return snapshot;
    },
    async refresh(ledger) {
      let cursor: string | undefined;
      const open = new Set<Key>();
      do {
        const page = await ledger.list(OPEN, cursor);
        for (const doc of page.items) {
          saw(doc);
          open.add(doc.key);
        }
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
