import type { Clock, Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Silence } from "../model/silence.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** The input for a new silence. */
export type SilenceAsked = Pick<Silence, "match" | "startsAt" | "endsAt" | "author" | "comment">;
export type SilenceChange = Pick<Silence, "match" | "startsAt" | "endsAt" | "comment">;
export type KnownSilence = Silence & { readonly id: string };

export interface Silences {
  /** Returns silences that have not ended; at most a second old, but changes of this process are visible at once. */
  read(): Promise<readonly KnownSilence[]>;
  /** Returns all stored silences, newest first. */
  list(): Promise<readonly KnownSilence[]>;
  add(asked: SilenceAsked): Promise<KnownSilence>;
  /**
   * Changes a silence by `change`, which gets the stored one and may throw; what was before is kept with it. Returns null
   * if there is none with this id.
   */
  edit(id: string, by: string, change: (silence: Silence, now: Ms) => SilenceChange): Promise<KnownSilence | null>;
  /** Ends a silence now; returns null if there is none with this id. An ended silence stays unchanged. */
  expire(id: string): Promise<KnownSilence | null>;
}

export interface SilencesDeps {
  readonly ledger: Pick<Ledger, "load" | "list" | "commit">;
  readonly clock: Clock;
  /** 0..1, for ids. */
  readonly random: () => number;
}

const TAG = "silence";
/** How long silences are cached, since all alerts of a storm need them. */
const FRESH_FOR: Ms = 1_000;
const MOST_CONFLICTS = 8;
const MOST_EDITS = 20;

/** Creates the store of silences. They are in the ledger, so that they survive restarts and hold for all replicas. */
export function createSilences({ ledger, clock, random }: SilencesDeps): Silences {
  let kept: { readonly all: Promise<readonly KnownSilence[]>; readonly until: Ms } | null = null;

  async function readAll(): Promise<readonly KnownSilence[]> {
    const all: KnownSilence[] = [];
    let cursor: string | undefined;
    do {
      const page = await (cursor === undefined ? ledger.list(TAG) : ledger.list(TAG, cursor));
      for (const doc of page.items) if (doc.kind === "silence") all.push(known(doc));
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  }

  return {
    async read() {
      if (kept === null || kept.until <= clock.now()) {
        const all = readAll();
        kept = { all, until: clock.now() + FRESH_FOR };
        // After a failure the next call reads again.
        all.catch(() => (kept = null));
      }
      const now = clock.now();
      return (await kept.all).filter(({ endsAt }) => endsAt > now);
    },
    list: async () => (await readAll()).toSorted((a, b) => b.createdAt - a.createdAt),
    async add(asked) {
      for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
        const key = keyOf(idOf(random()));
        const body: Silence = { ...asked, createdAt: clock.now() };
        const doc: Doc<"silence"> = { kind: "silence", key, schema: 1, version: 0, wakeAt: null, tags: [TAG], body };
        const stored = await ledger.commit([doc], []);
        kept = null;
        // On a conflict the id exists already (1 in 2.8 trillion): try another.
        if (stored !== "conflict") return known(doc);
      }
      throw new Error("no id is free for a silence");
    },
    edit: (id, by, change) =>
      rewrite(id, (body, now) => {
        const { match, startsAt, endsAt, comment, edits = [] } = body;
        const edit = { at: now, by, match, startsAt, endsAt, comment };
        return { ...body, ...change(body, now), edits: [...edits, edit].slice(-MOST_EDITS) };
      }),
    expire: (id) =>
      rewrite(id, (body, now) =>
        body.endsAt <= now ? null : { ...body, endsAt: now, startsAt: Math.min(body.startsAt, now) },
      ),
  };

  /** Writes what `change` makes of a silence, again after a conflict; null leaves it as it is. */
  async function rewrite(
    id: string,
    change: (silence: Silence, now: Ms) => Silence | null,
  ): Promise<KnownSilence | null> {
    for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
      const doc = await ledger.load(keyOf(id), "silence");
      if (doc === null) return null;
      const body = change(doc.body, clock.now());
      if (body === null) return known(doc);
      const changed = { ...doc, body };
      const stored = await ledger.commit([changed], []);
      kept = null;
      if (stored !== "conflict") return known(changed);
    }
    throw new Error("a silence is changed by too many at a time");
  }
}

const keyOf = (id: string): Key => `silence#${id}`;

const known = ({ key, body }: Doc<"silence">): KnownSilence => ({ ...body, id: key.slice(keyOf("").length) });

/** Makes an id of eight letters and digits, short enough to type. */
const idOf = (random: number): string =>
  Math.floor(random * 36 ** 8)
    .toString(36)
    .padStart(8, "0");
