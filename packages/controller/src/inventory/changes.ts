/** What changed in one facet, in order. The revision is how many changes there have been. */
export interface Changes {
  add(id: string): void;
  revision(): number;
  /** Ids that changed after that revision; null: not all of them are remembered. */
  since(revision: number): readonly string[] | null;
}

/** As many as a storm brings between two looks, and more: who looks less often looks at everything, once. */
const REMEMBERED = 10_000;

export function createChanges(): Changes {
  let recent: string[] = [];
  /** How many went before those in `recent`. */
  let dropped = 0;
  return {
    add(id) {
      recent.push(id);
      if (recent.length < 2 * REMEMBERED) return;
      // Half at a time, so that forgetting costs each change a constant.
      dropped += recent.length - REMEMBERED;
      recent = recent.slice(-REMEMBERED);
    },
    revision: () => dropped + recent.length,
    since: (revision) => (revision < dropped ? null : recent.slice(revision - dropped)),
  };
}
