import type { Archive, ArchivedIncident } from "../record/archive/archive.ts";
import { type IncidentFilter, matches } from "../record/rows/filter.ts";
import { toRow } from "../record/rows/row.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Incident } from "../model/incident.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Live, LiveList } from "./open.ts";
import { badCursor, fromCursor, isAfter, newer, toCursor, type Position } from "./position.ts";
import { Refusal } from "./problem.ts";
import type { MissingView } from "./view/schema.ts";

export interface KeyedIncident {
  readonly key: Key;
  readonly incident: Incident;
}

export interface IncidentPage {
  readonly items: readonly KeyedIncident[];
  readonly next: string | null;
  readonly missing: readonly MissingView[];
}

export interface IncidentWithTimeline extends KeyedIncident {
  readonly timeline: readonly Entry[];
  /** The timeline has more entries than were read. */
  readonly cut: boolean;
  readonly missing: readonly MissingView[];
}

export interface Incidents {
  /**
   * Lists open and closed incidents, newest first. If one store is unavailable, `missing` names it; throws SK-SHOW-AWAY
   * if both are.
   */
  list(filter: IncidentFilter, limit: number, cursor: string | undefined): Promise<IncidentPage>;
  /** Returns null if neither ledger nor archive has it (both answered). */
  get(key: Key): Promise<IncidentWithTimeline | null>;
}

export interface IncidentsDeps {
  readonly ledger: Pick<Ledger, "load" | "history">;
  readonly archive: Pick<Archive, "get" | "list">;
  readonly live: LiveList;
}

const ARCHIVE_PAGE = 100;
/** Maximum number of timeline pages: some thousand entries; a normal incident has thirty. */
const TIMELINE_PAGES = 10;

/** Combines ledger and archive to one list. An incident in both is taken from the ledger, which is never older. */
export function createIncidents({ ledger, archive, live }: IncidentsDeps): Incidents {
  /** Reads incidents of the archive after `position` that the ledger does not have, until there are `most`. */
  async function archived(
    filter: IncidentFilter,
    most: number,
    position: Position | null,
    known: Live,
  ): Promise<ArchivePart> {
    const items: (KeyedIncident & { readonly page: string | null })[] = [];
    let page = position?.archive ?? null;
    for (;;) {
      const { items: read, next } = await archive.list(filter, Math.max(most, ARCHIVE_PAGE), page ?? undefined);
      for (const { key, incident } of read)
        if (!known.has(key) && isAfter({ openedAt: incident.openedAt, key }, position))
          items.push({ key, incident, page });
      if (next === undefined || items.length >= most) return { items, page };
      page = next;
    }
  }

  return {
    async list(filter, limit, cursor) {
      const position = cursor === undefined ? null : fromCursor(cursor);
      const ours = await attempt("ledger", live.read());
      const known: Live = ours.ok ? ours.value : new Map();
      // Read after the ledger, so that an incident that is being moved is found in both, not in none.
      const theirs = await attempt("archive", archived(filter, limit + 1, position, known));
      const missing = missingOf([ours, theirs]);
      const archivePart: ArchivePart = theirs.ok ? theirs.value : { items: [], page: position?.archive ?? null };
      const open = [...known.values()]
        .map(({ key, body }) => ({ key, incident: body, page: null }))
        .filter(
          ({ key, incident }) =>
            matches(toRow(key, incident), filter) && isAfter({ openedAt: incident.openedAt, key }, position),
        );
      const all = [...open, ...archivePart.items].sort((a, b) => newer(sortKey(a), sortKey(b)));
      const items = all.slice(0, limit);
      const last = items.at(-1);
      if (last === undefined || all.length <= limit) return { items, next: null, missing };
      const left = archivePart.items.find((item) => newer(sortKey(last), sortKey(item)) < 0);
      return {
        items,
        next: toCursor({ ...sortKey(last), archive: left === undefined ? archivePart.page : left.page }),
        missing,
      };
    },

    async get(key) {
      const ours = await attempt("ledger", fromLedger(ledger, key));
      if (ours.ok && ours.value !== null) return { ...ours.value, missing: [] };
      const theirs = await attempt("archive", archive.get(key));
      const missing = missingOf([ours, theirs]);
      if (theirs.ok && theirs.value !== null) return fromArchive(theirs.value, missing);
      const [away] = missing;
      if (away !== undefined)
        throw new Refusal("SK-SHOW-AWAY", `The ${away.store} cannot be asked: ${away.message}`, { more: { missing } });
      return null;
    },
  };
}

interface ArchivePart {
  readonly items: readonly (KeyedIncident & { readonly page: string | null })[];
  /** Cursor of the last page that was read. */
  readonly page: string | null;
}

const sortKey = ({ key, incident }: KeyedIncident): { readonly key: Key; readonly openedAt: number } => ({
  key,
  openedAt: incident.openedAt,
});

async function fromLedger(
  ledger: Pick<Ledger, "load" | "history">,
  key: Key,
): Promise<{ key: Key; incident: Incident; timeline: readonly Entry[]; cut: boolean } | null> {
  const doc: Doc<"incident"> | null = await ledger.load(key, "incident");
  if (doc === null) return null;
  const timeline: Entry[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < TIMELINE_PAGES; page++) {
    const { items, next } = await ledger.history(key, cursor);
    timeline.push(...items);
    cursor = next;
    if (cursor === undefined) break;
  }
  return { key, incident: doc.body, timeline, cut: cursor !== undefined };
}

function fromArchive(
  { key, incident, timeline }: ArchivedIncident,
  missing: readonly MissingView[],
): IncidentWithTimeline {
  return { key, incident, timeline, cut: false, missing };
}

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly missing: MissingView; readonly error: SpotkeeperError };

/** Runs a read; returns a failure if the store is unavailable, and throws other errors. */
async function attempt<T>(store: MissingView["store"], work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (!(error instanceof SpotkeeperError)) throw error;
    if (error.code === "SK-RECORD-CURSOR") throw badCursor(error);
    const { code, message } = error;
    return { ok: false, missing: { store, code, message }, error };
  }
}

function missingOf(attempts: readonly Attempt<unknown>[]): MissingView[] {
  const missing = attempts.flatMap((each) => (each.ok ? [] : [each.missing]));
  if (missing.length === attempts.length)
    throw new Refusal(
      "SK-SHOW-AWAY",
      `Neither store can be asked: ${missing.map(({ message }) => message).join(" ")}`,
      {
        more: { missing },
      },
    );
  return missing;
}
