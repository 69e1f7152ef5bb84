import type { Clock, Ms } from "../clock.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Step } from "../model/step.ts";
import { raceWithin } from "../race.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Finished } from "./apply.ts";
import { GUARD } from "./guard.ts";
import { again, lay, type LayDeps, writesElsewhere } from "./lay.ts";
import { orAway, sendHints, store, type StoreDeps } from "./store.ts";
import type { Turn } from "../turn.ts";

/** Pause between two writes to an unavailable ledger. */
const AWAY_PAUSE: Ms = 1_000;
/** A document that has been due for so long was left by its worker: a worker continues its own documents at once. */
const LEFT_AFTER: Ms = 1_500;
/** Nothing is written before safe steps; if they take longer, the takeover delay is written after this time. */
const FIRST_GUARD: Ms = 1_000;
/**
 * Maximum number of rounds of one `advance`, far more than any plan needs. After it the document is due again at once.
 */
const MOST_ROUNDS = 500;
const MOST_CONFLICTS = 8;

export interface MachineDeps<K extends Kind> extends LayDeps<K>, StoreDeps {
  readonly ledger: Pick<Ledger, "load" | "commit" | "touch">;
  readonly clock: Clock;
  /** Runs one step once; never rejects. */
  readonly run: (doc: Doc<K>, step: Step) => Promise<Finished>;
  readonly onEntries?: (doc: Doc<K>, entries: readonly Entry[]) => Promise<void> | void;
}

/**
 * Advances one document:
 *
 *     load → replan (pure) → next (pure) → commit intents, if any step is not safe →
 *       run due steps → apply (pure) → wake → commit
 *
 * Steps run concurrently; each result is applied when it arrives, without waiting for slower ones.
 *
 * Two workers, one incident:
 *
 *     A: load v3 ── run deregister ──────────── commit v3→v4 ✓
 *     B:      load v3 ── run deregister ────────────── commit v3→v4 ✗ → load v4, apply the results again, commit v5
 *
 * Both deregistered, which is safe. A step that is not safe is committed as intended first, so only one of them runs
 * it.
 *
 * A crash between call and commit: the step is `intended` in the ledger (or `waiting`, and safe): after CALL_BOUND it
 * is verified, or repeated with its token.
 */
export async function advanceDoc<K extends Kind>(deps: MachineDeps<K>, key: Key, kind: K, turn: Turn): Promise<void> {
  const { clock } = deps;
  let doc = await takeUp(deps, key, kind);
  if (doc === null) return;
  const running = new Map<string, Promise<void>>();
  let finished: Finished[] = [];
  /** Results that could not be stored: applied again each round, until they can. */
  let unsaved: readonly Finished[] = [];
  let poked = turn.poked();
  let stale = false;
  void poked.then(() => (stale = true));

  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (stale) {
      stale = false;
      poked = turn.poked();
      void poked.then(() => (stale = true));
      const stored: Doc<K> | null = await deps.ledger.load(key, kind);
      if (stored === null) return;
      if (stored.version > doc.version) doc = stored;
    }
    const batch = newest([...unsaved, ...finished]);
    finished = [];
    const step: Committed<K> | null = await settleBatch(deps, doc, batch, new Set(running.keys()));
    if (step === null) return;
    doc = step.doc;
    unsaved = step.unsaved;
    for (const one of clock.now() < turn.until ? step.due : []) {
      const task = deps.run(step.view, one).then((result) => {
        finished.push(result);
        running.delete(one.id);
      });
      running.set(one.id, task);
    }
    if (finished.length > 0) continue;
    if (clock.now() >= turn.until) break;
    if (running.size === 0 && unsaved.length === 0) return;
    const now = clock.now();
    const renewAt = now + (unsaved.length > 0 ? AWAY_PAUSE : (doc.wakeAt ?? 0) > now ? deps.guard() / 2 : FIRST_GUARD);
    await raceUntil(clock, [...running.values(), poked], Math.min(renewAt, step.upcomingAt ?? renewAt, turn.until));
  }
  await deps.wake.at(key, clock.now());
}

/**
 * Loads a document. If its worker left it, the document is touched first, so that only one of several workers takes it
 * over; this saves calls, and is not needed for correctness. Returns null if the document is gone, or another worker
 * took it over.
 *
 *     A: load v7, left ── touch v8 ✓ ── continue
 *     B: load v7, left ──── touch v8 ✗ ── load v8: due in five seconds, A's
 */
async function takeUp<K extends Kind>(deps: MachineDeps<K>, key: Key, kind: K): Promise<Doc<K> | null> {
  const { clock, ledger } = deps;
  const doc = await ledger.load(key, kind);
  if (doc === null || doc.wakeAt === null || clock.now() - doc.wakeAt < LEFT_AFTER) return doc;
  const wakeAt = clock.now() + deps.guard();
  const version = (await sendHints(deps, [{ key, wakeAt }]))
    ? await orAway(ledger.touch(key, doc.version, wakeAt))
    : "away";
  if (version === "away") return doc;
  if (version !== "conflict") return { ...doc, version, wakeAt };
  const reloaded = await ledger.load(key, kind);
  return reloaded === null || (reloaded.wakeAt ?? 0) > clock.now() ? null : reloaded;
}

/**
 * Waits for the first of `tasks`, but at most until a time: when the takeover delay must be renewed, or another step is
 * due.
 */
async function raceUntil(clock: Clock, tasks: readonly Promise<void>[], until: Ms): Promise<void> {
  await raceWithin(clock, tasks, until - clock.now());
  // Other results that are ready in the same tick share the commit.
  await Promise.resolve();
}

interface Committed<K extends Kind> {
  /** The stored document. */
  readonly doc: Doc<K>;
  /**
   * The document for running steps: the same, or with a plan that is not stored yet because all due steps are safe.
   */
  readonly view: Doc<K>;
  readonly due: readonly Step[];
  /** When another step becomes due or times out. */
  readonly upcomingAt: Ms | null;
  /** Results that could not be stored, because the ledger is unavailable. */
  readonly unsaved: readonly Finished[];
}

/** Keeps only the last of several results of one step (e.g. of two waits). */
const newest = (results: readonly Finished[]): Finished[] => [
  ...new Map(results.map((one) => [one.step.id, one])).values(),
];

/** Applies results, replans, and commits; on a conflict loads the document again and applies the results to it. */
async function settleBatch<K extends Kind>(
  deps: MachineDeps<K>,
  loaded: Doc<K>,
  results: readonly Finished[],
  running: ReadonlySet<string>,
): Promise<Committed<K> | null> {
  let base = loaded;
  let batch = results;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const now = deps.clock.now();
    const made = lay(deps, base, batch, running, now);
    const { due, upcomingAt } = made;
    if (made.unchanged) return { doc: base, view: made.doc, due, upcomingAt, unsaved: [] };
    const stored = (await sendHints(deps, [made.doc, ...made.elsewhere.writes.values()]))
      ? await store(deps, base, made)
      : "away";
    // Without a ledger only safe steps run; others wait for it.
    if (stored === "away")
      return { doc: base, view: made.doc, due: due.filter(deps.isSafe), upcomingAt, unsaved: batch };
    if (stored === "too-large") {
      // Keep all other results; only the step that writes the other document is retried.
      batch = batch.map((one) => (writesElsewhere(one) ? again(one, now + GUARD, "another document is full") : one));
      continue;
    }
    if (stored !== "conflict") {
      if (!made.onlyWakes) await deps.onEntries?.(made.doc, made.entries);
      const doc = { ...made.doc, version: base.version + 1 };
      return { doc, view: doc, due, upcomingAt, unsaved: [] };
    }
    // A step that writes another document decided on an old version of it: it runs again.
    batch = batch.map((one) => (writesElsewhere(one) ? again(one, now, "somebody else wrote first") : one));
    const reloaded = await deps.ledger.load(base.key, base.kind);
    if (reloaded === null) return null;
    base = reloaded;
  }
  await deps.wake.at(base.key, deps.clock.now() + GUARD);
  return null;
}
