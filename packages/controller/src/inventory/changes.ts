/** The log of changed ids of one facet, in order. The revision counts all changes so far. */
export interface Changes {
  add(id: string): void;
  revision(): number;
  /** Returns ids that changed after that revision; null if the log does not reach back so far. */
  since(revision: number): readonly string[] | null;
}

/**
 * Changes that are kept: more than a storm causes between two reads. A reader that is further behind reads everything
 * once.
 */
const REMEMBERED = 10_000;

export function createChanges(): Changes {
  let recent: string[] = [];
  /** How many changes were dropped before those in `recent`. */
  let dropped = 0;
  return {
    add(id) {
      recent.push(id);
      if (recent.length < 2 * REMEMBERED) return;
      // Dropped in halves, so that the cost of each change is constant.
      dropped += recent.length - REMEMBERED;
      recent = recent.slice(-REMEMBERED);
    },
    revision: () => dropped + recent.length,
    since: (revision) => (revision < dropped ? null : recent.slice(revision - dropped)),
  };
}
