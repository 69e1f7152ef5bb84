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

/** Maximum number of rounds of one `advance`, far more than any alert needs. After it the alert is due again soon. */
const MOST_ROUNDS = 500;
const SOON: Ms = 1_000;
/** How long one round waits for channels to answer, so that their results share the next evaluation. */
const TOGETHER: Ms = 50;

/**
 * Hooks for the metrics `alerts_total{channel,outcome}` and `alerts_suppressed_total{reason}`. `channel` is its name in
 * the config.
 */
export interface AlertObserver {
  readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
  readonly suppressed?: (reason: string) => void;
}

export interface AlertDeps extends Omit<LookDeps, "ledger"> {
  readonly ledger: Pick<Ledger, "load" | "list" | "commit">;
  /** Reads all secrets again; returns whether any has changed. */
  readonly refreshSecrets: () => Promise<boolean>;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly wake: Wake;
  readonly observe: AlertObserver;
  readonly onEntries?: (doc: Doc<"alert">, entries: readonly Entry[]) => Promise<void> | void;
  /** Called if an alert could not be delivered on any channel. */
  readonly onUntold: (error: Error) => void;
}

export interface Alerts {
  /** Advances one alert as far as possible now. Rejects with the ledger's errors; the caller then calls it again. */
  advance(key: Key, turn?: Turn): Promise<void>;
  /** Sends an alert at once, without a ledger (direct.ts). Never rejects. */
  tellDirectly(doc: Doc<"incident">, facts: Facts, why: string): Promise<void>;
}

/**
 * Creates the loop that advances alerts: load → evaluate members → pipeline (pure) → next (pure) → commit intents →
 * send concurrently → apply (pure) → commit each result when it arrives, so that no channel waits for another. The
 * alert's document is the outbox: a send is marked as sent after it was sent, and an intent without a result is sent
 * again (at least once).
 *
 *     A  load v5 ─ next: sns due ─ commit v6 (intended) ─ publish ─ commit v7 (sent)
 *     B  load v5 ─ next: sns due ─── commit v6 ✗ ─ load v6: intended, evaluate again later
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

  /**
   * Evaluates the alert once and starts the due sends. Returns null after a version conflict, or if a channel has
   * reached its rate limit.
   */
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
        // The pipeline checks this, too; but here a storm's members are not listed for each incident that joins.
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

  /** Commits the intents, or only the changed results of the evaluation; returns null on a conflict. */
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
