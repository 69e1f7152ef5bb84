import type { Clock, Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import { raceWithin } from "../race.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { ALONE, type Turn } from "../turn.ts";
import type { Wake } from "../wake.ts";
import { intend } from "./outbox/apply.ts";
import { deliver, type DeliverDeps } from "./outbox/deliver.ts";
import { createDirect } from "./direct.ts";
import { createGates } from "./outbox/gate.ts";
import { look, type LookDeps, type Looked } from "./outbox/look.ts";
import type { NextAlert } from "./outbox/next.ts";
import { createRefresher } from "./outbox/refresh.ts";
import { routeNamed } from "./route.ts";
import { alertEntry, createAlertStore, untold } from "./outbox/store.ts";
import { sameHeld } from "./pipeline/withheld.ts";
import { createTurns } from "./outbox/turns.ts";

/** Looks of one `advance`, far more than any alert has while it sends; what is left then is due again soon. */
const MOST_ROUNDS = 500;
const SOON: Ms = 1_000;
/** Channels that answer this soon are looked at together; nobody waits longer for one that does not. */
const TOGETHER: Ms = 50;

/** `alerts_total{channel,outcome}` and `alerts_suppressed_total{reason}` come of these. `channel` is its name in the config. */
export interface AlertObserver {
  readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
  readonly suppressed?: (reason: string) => void;
}

export interface AlertDeps extends Omit<LookDeps, "ledger"> {
  readonly ledger: Pick<Ledger, "load" | "list" | "commit">;
  /** Reads secrets anew; whether any of them has changed. */
  readonly refreshSecrets: () => Promise<boolean>;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly wake: Wake;
  readonly observe: AlertObserver;
  readonly onEntries?: (doc: Doc<"alert">, entries: readonly Entry[]) => Promise<void> | void;
  /** Nobody could be told. */
  readonly onUntold: (error: Error) => void;
}

export interface Alerts {
  /**
   * Brings one alert as far as it can go now. Rejects with the ledger's errors; then it is called again.
   */
  advance(key: Key, turn?: Turn): Promise<void>;
  /** Tells at once, without a ledger (direct.ts). Never rejects. */
  tellDirectly(doc: Doc<"incident">, facts: Facts, why: string): Promise<void>;
}

/**
 * The alert's own loop: load → look at its members → pipeline (pure) → next (pure) → commit intents → send side by side →
 * apply (pure) → commit each result as it comes, so that no channel waits for another. The alert's document is the outbox:
 * something is marked as sent after it was, and an intent that nobody settled is sent again (at least once).
 *
 *     A  load v5 ─ next: sns due ─ commit v6 (intended) ─ publish ─ commit v7 (sent)
 *     B  load v5 ─ next: sns due ─── commit v6 ✗ ─ load v6: intended, look again later
 */
export function createAlertAdvance(deps: AlertDeps): Alerts {
  const { clock, wake } = deps;
  const store = createAlertStore(deps);
  const gates = createGates((channel) => deps.channels.get(channel)?.pace ?? null);
  const sending: DeliverDeps = {
    store,
    channels: deps.channels,
    routes: deps.routes,
    gates,
    refresh: createRefresher(deps.refreshSecrets, clock),
    clock,
    random: deps.random,
    turns: createTurns(),
    onResult: (channel, outcome) => deps.observe.alert?.(channel, outcome),
  };

  /** One look, and what follows at once. Null: somebody else wrote meanwhile, or a channel is not free after all. */
  async function round(doc: Doc<"alert">, running: Map<string, Promise<void>>): Promise<NextAlert | null> {
    const looked = await look(deps, gates, doc, () => clock.now());
    const { due } = looked.next;
    const channels = due.map(({ channel }) => channel);
    if (!gates.enter(channels, clock.now())) return null;
    const written = await write(doc, looked);
    if (written === null) {
      gates.leave(channels);
      return null;
    }
    for (const one of due) {
      const sent = deliver(sending, written, one, looked.modelFor(one.channel, one.phase));
      running.set(
        one.channel,
        sent.finally(() => running.delete(one.channel)),
      );
    }
    return looked.next;
  }

  async function advance(key: Key, turn: Turn = ALONE): Promise<void> {
    const running = new Map<string, Promise<void>>();
    try {
      for (let count = 0; count < MOST_ROUNDS && clock.now() < turn.until; count++) {
        const poke = turn.poked();
        const doc = await store.load(key);
        if (doc === null || doc.wakeAt === null) return;
        // The pipeline would say so too; but a storm's incidents are not listed once for each that joins.
        if (clock.now() < doc.body.flushAt) return await wake.at(key, doc.body.flushAt);
        const next = await round(doc, running);
        if (next === null || next.lapsed.length > 0) continue;
        if (next.due.length > 0) await raceWithin(clock, [Promise.all(running.values()), poke], TOGETHER);
        else if (running.size === 0) return;
        else
          await raceWithin(
            clock,
            [...running.values(), poke],
            Math.max(0, Math.min(next.wakeAt ?? 0, turn.until) - clock.now()),
          );
      }
      await wake.at(key, clock.now() + SOON);
    } finally {
      await raceWithin(clock, [Promise.all(running.values())], Math.max(0, turn.until - clock.now()));
    }
  }

  /** Commits intents, or only what the look found where that is news; null on a conflict. */
  async function write(doc: Doc<"alert">, looked: Looked): Promise<Doc<"alert"> | null> {
    const { next, noted, body } = looked;
    const now = clock.now();
    const sends = next.due.length > 0 || next.lapsed.length > 0;
    const found: Doc<"alert"> = { ...doc, body };
    const made = sends ? intend(found, next.due, next.lapsed, now) : { ...found, wakeAt: next.wakeAt };
    if (made.wakeAt !== null) await wake.at(doc.key, made.wakeAt);
    if (!sends && isSame(doc, made)) return doc;
    const entries = [...noted.entries, ...entriesOf(doc, made, looked, now)];
    if (!(await store.write(made, entries))) return null;
    await store.note(noted.ofMembers);
    observe(made, next, noted.fresh);
    return { ...made, version: doc.version + 1 };
  }

  function entriesOf(doc: Doc<"alert">, made: Doc<"alert">, { next, model }: Looked, now: Ms): readonly Entry[] {
    const lost =
      next.lapsed.length === 0
        ? null
        : untold(made, routeNamed(deps.routes, doc.body.route), [...deps.channels.keys()], now);
    return [
      ...next.due
        .filter(({ supersedes }) => supersedes !== null)
        .map(({ channel }) =>
          alertEntry(doc, now, `${channel}: news overtook what could not be sent`, { channel, reason: "superseded" }),
        ),
      ...next.lapsed.map(({ channel, reason }) =>
        alertEntry(doc, now, `${channel}: gave up: ${reason}`, { channel, reason, members: model.members.length }),
      ),
      ...(lost === null ? [] : [lost]),
      ...(made.wakeAt === null ? [settled(made, now)] : []),
    ];
  }

  function observe(made: Doc<"alert">, next: NextAlert, fresh: readonly string[]): void {
    for (const code of fresh) deps.observe.suppressed?.(code);
    for (const { supersedes } of next.due) if (supersedes !== null) deps.observe.suppressed?.("superseded");
    for (const { channel } of next.lapsed) deps.observe.alert?.(channel, "gave-up");
    if (made.wakeAt === null && isUnsent(made)) deps.observe.suppressed?.("no-channel");
  }

  return { advance, tellDirectly: createDirect(deps) };
}

const isUnsent = ({ body }: Doc<"alert">): boolean => Object.keys(body.sends).length === 0 && body.quiet === "no";

function settled(made: Doc<"alert">, now: Ms): Entry {
  if (isUnsent(made))
    return alertEntry(made, now, "nobody was told: no channel is configured", { reason: "no-channel" });
  const text = made.body.quiet === "no" ? "everything is told" : "over, and nobody was told";
  return alertEntry(made, now, text, { reason: null });
}

const isSame = (a: Doc<"alert">, b: Doc<"alert">): boolean =>
  a.wakeAt === b.wakeAt &&
  a.body.size === b.body.size &&
  a.body.quiet === b.body.quiet &&
  sameHeld(a.body.withheld, b.body.withheld);
