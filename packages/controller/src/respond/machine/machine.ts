import type { Clock, Ms } from "../../clock.ts";
import { UNAVAILABLE_PAUSE, commitOver, type CommitDeps } from "../../durable/commit.ts";
import { inRounds, type Round, type Since } from "../../durable/rounds.ts";
import type { Doc, Kind } from "../../model/doc.ts";
import type { Key } from "../../model/key.ts";
import type { Step } from "../../model/step.ts";
import type { AdvanceLimits } from "../../advance-limits.ts";
import type { Finished } from "./apply.ts";
import { MIN_TAKEOVER_DELAY } from "./takeover-delay.ts";
import { again, planRound, type PlanRoundDeps, writesOtherDocs } from "./plan-round.ts";

/** A document that has been due for so long was left by its worker: a worker continues its own documents at once. */
const LEFT_AFTER: Ms = 1_500;
/** Nothing is written before safe steps; if they take longer, the takeover delay is written after this time. */
const FIRST_RENEWAL: Ms = 1_000;

export interface MachineDeps<K extends Kind> extends PlanRoundDeps<K>, CommitDeps<K> {
  readonly clock: Clock;
  /** Runs one step once; never rejects. */
  readonly run: (doc: Doc<K>, step: Step) => Promise<Finished>;
}

/**
 * Advances one document in rounds (durable/rounds.ts):
 *
 *     load → replan (pure) → next (pure) → wake → commit intents, if any step is not safe →
 *       run due steps → apply (pure) → wake → commit
 *
 * Two workers, one incident:
 *
 *     A: load v3 ── run deregister ──────────── commit v3→v4 ✓
 *     B:      load v3 ── run deregister ────────────── commit v3→v4 ✗ → load v4, apply the results again, commit v5
 *
 * Both deregistered, which is safe. A step that is not safe is committed as intended first, so only one of them runs
 * it.
 *
 * A crash between call and commit: the step is `intended` in the ledger (or `waiting`, and safe): after CALL_TAKES it
 * is verified, or repeated with its token.
 */
export async function advanceDoc<K extends Kind>(
  deps: MachineDeps<K>,
  key: Key,
  kind: K,
  limits: AdvanceLimits,
): Promise<void> {
  const { clock, ledger, wake } = deps;
  let doc: Doc<K> | null = null;
  /** Results that could not be stored: applied again each round, until they can. */
  let unsaved: readonly Finished[] = [];

  async function round(since: Since<Finished>): Promise<Round<Finished> | null> {
    if (doc === null) doc = await takeUp(deps, key, kind);
    else if (since.isWokenAgain) {
      const stored: Doc<K> | null = await ledger.load(key, kind);
      doc = stored === null || stored.version > doc.version ? stored : doc;
    }
    if (doc === null) return null;
    const settled = await settleBatch(deps, doc, newest([...unsaved, ...since.results]), since);
    if (settled === null) return null;
    const { view, due, upcomingAt } = settled;
    ({ doc, unsaved } = settled);
    const now = clock.now();
    const renewAfter =
      unsaved.length > 0
        ? UNAVAILABLE_PAUSE
        : (settled.doc.wakeAt ?? 0) > now
          ? deps.takeoverDelay() / 2
          : FIRST_RENEWAL;
    return {
      begin: due.map((step) => ({ id: step.id, run: () => deps.run(view, step) })),
      nextAt: Math.min(now + renewAfter, upcomingAt ?? Infinity),
      atRest: unsaved.length === 0,
    };
  }

  await inRounds({ clock, limits, wakeUp: (at) => wake.at(key, at) }, round);
}

/**
 * Loads a document. A document that was left is touched first, so that of several sweeping workers only one continues it.
 * This saves calls; it is not needed for correctness. Returns null if the document does not exist, or another worker
 * took it over.
 *
 *     A: load v7, left ── touch v8 ✓ ── continue
 *     B: load v7, left ──── touch v8 ✗ ── load v8: due in five seconds, A's
 */
async function takeUp<K extends Kind>(deps: MachineDeps<K>, key: Key, kind: K): Promise<Doc<K> | null> {
  const { clock } = deps;
  const isLeft = ({ wakeAt }: Doc<K>): boolean => wakeAt !== null && clock.now() - wakeAt >= LEFT_AFTER;
  const base = await deps.ledger.load(key, kind);
  if (base === null || !isLeft(base)) return base;
  const taken = await commitOver(deps, { key, kind, base }, (found, isAgain) => {
    if (found === null || (isAgain !== null && (found.wakeAt ?? 0) > clock.now())) return null;
    const doc = { ...found, wakeAt: clock.now() + deps.takeoverDelay() };
    return { change: isLeft(found) ? { doc, entries: [], onlyWakes: true, wakeUps: [doc] } : null };
  });
  switch (taken.is) {
    case "stored":
    case "nothing":
      return taken.doc;
    case "unavailable":
      return base;
    case "contended":
    case "void":
      return null;
  }
}

interface Settled<K extends Kind> {
  /** The stored document. */
  readonly doc: Doc<K>;
  /**
   * The document for running steps: the same, or with a plan that is not stored yet because all due steps are safe.
   */
  readonly view: Doc<K>;
  readonly due: readonly Step[];
  /** When another step becomes due or times out. */
  readonly upcomingAt: Ms | null;
  /** Results that could not be stored. */
  readonly unsaved: readonly Finished[];
}

/** Of several results of one step (a wait, and then another) the last says all. */
const newest = (results: readonly Finished[]): Finished[] => [
  ...new Map(results.map((one) => [one.step.id, one])).values(),
];

/** Applies results, replans, and commits; on a conflict the results are applied to the newer document. */
async function settleBatch<K extends Kind>(
  deps: MachineDeps<K>,
  loaded: Doc<K>,
  results: readonly Finished[],
  since: Since<Finished>,
): Promise<Settled<K> | null> {
  const { key, kind } = loaded;
  let batch = results;
  const committed = await commitOver(deps, { key, kind, base: loaded }, (base, isAgain) => {
    if (base === null) return null;
    const now = deps.clock.now();
    switch (isAgain) {
      case null:
        break;
      case "conflict":
        // What a step writes to another document was decided on an old version of it: that step runs again.
        batch = batch.map((one) => (writesOtherDocs(one) ? again(one, now, "somebody else wrote first") : one));
        break;
      case "too-large":
        // Keep all other results; only the step that writes the other document is retried.
        batch = batch.map((one) =>
          writesOtherDocs(one) ? again(one, now + MIN_TAKEOVER_DELAY, "another document is full") : one,
        );
    }
    return planRound(deps, base, batch, since, now);
  });
  switch (committed.is) {
    case "stored":
    case "nothing": {
      const { doc, made } = committed;
      return {
        doc,
        view: { ...made.doc, version: doc.version },
        due: made.due,
        upcomingAt: made.upcomingAt,
        unsaved: [],
      };
    }
    case "unavailable": {
      const { base, made } = committed;
      if (made === null) return { doc: base ?? loaded, view: loaded, due: [], upcomingAt: null, unsaved: batch };
      // Without a ledger only safe steps run; others wait for it.
      const due = made.due.filter(deps.isSafe);
      return { doc: base ?? loaded, view: made.doc, due, upcomingAt: made.upcomingAt, unsaved: batch };
    }
    case "contended":
      await deps.wake.at(key, deps.clock.now() + MIN_TAKEOVER_DELAY);
      return { doc: committed.base ?? loaded, view: loaded, due: [], upcomingAt: null, unsaved: batch };
    case "void":
      return null;
  }
}
