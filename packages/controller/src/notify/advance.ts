import { isDeepStrictEqual } from "node:util";
import type { Clock, Ms } from "../clock.ts";
import { commitOver, type Committed, type Made, UNAVAILABLE_PAUSE } from "../durable/commit.ts";
import { inRounds, type Round, type Since } from "../durable/rounds.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { type AdvanceLimits, NO_LIMITS } from "../advance-limits.ts";
import type { Wake } from "../wake.ts";
import { intend } from "./outbox/apply.ts";
import { deliver, type DeliverDeps } from "./outbox/deliver.ts";
import { createDirect } from "./direct.ts";
import { createChannelLimits } from "./outbox/channel-limits.ts";
import { evaluateAlert, type EvaluateDeps, type Evaluation } from "./outbox/evaluate.ts";
import type { Due } from "./outbox/next.ts";
import { createRefresher } from "./outbox/reload-secrets.ts";
import { routeNamed } from "./route.ts";
import { alertEntry, note, storeOf, undeliverable } from "./outbox/store.ts";
import { equalSuppressions } from "./pipeline/journal-suppressions.ts";
import { createSerialiser } from "./outbox/serialise.ts";

/** How long a round waits for channels to answer, so that their results share the next evaluation. */
const TOGETHER: Ms = 50;

/**
 * Hooks for the metrics `alerts_total{channel,outcome}` and `alerts_suppressed_total{reason}`. `channel` is its name in
 * the config.
 */
export interface AlertObserver {
  readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
  readonly suppressed?: (reason: string) => void;
}

export interface AlertDeps extends Omit<EvaluateDeps, "ledger"> {
  readonly ledger: Pick<Ledger, "load" | "list" | "commit" | "touch">;
  /** Reads all secrets again; returns whether any has changed. */
  readonly refreshSecrets: () => Promise<boolean>;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly wake: Wake;
  readonly observe: AlertObserver;
  readonly onEntries?: (doc: Doc<"alert">, entries: readonly Entry[]) => Promise<void> | void;
  /** Called if an alert could not be delivered on any channel. */
  readonly onUndeliverable: (error: Error) => void;
}

export interface Alerts {
  /** Advances one alert as far as possible now. Rejects with the ledger's errors; the caller then calls it again. */
  advance(key: Key, limits?: AdvanceLimits): Promise<void>;
  /** Sends an alert at once, without a ledger (direct.ts). Returns whether anybody was told. Never rejects. */
  tellDirectly(doc: Doc<"incident">, facts: Facts, why: string): Promise<boolean>;
}

/** One evaluation of an alert, and the intents that are committed before anything is sent. */
interface Intended extends Made<"alert"> {
  readonly evaluated: Evaluation;
  /** The due sends, which count in the rate limits of their channels. */
  readonly due: readonly Due[];
}

/**
 * Creates the loop that advances alerts, in rounds (durable/rounds.ts): load → evaluate members → pipeline (pure) → next
 * (pure) → wake → commit intents → send concurrently → apply (pure) → commit each result when it arrives, so that no
 * channel waits for another. The alert's document is the outbox: a send is marked as sent after it was sent, and an intent
 * without a result is sent again (at least once).
 *
 *     A  load v5 ─ next: sns due ─ commit v6 (intended) ─ publish ─ commit v7 (sent)
 *     B  load v5 ─ next: sns due ─── commit v6 ✗ ─ load v6: intended, evaluate again later
 */
export function createAlertAdvance(deps: AlertDeps): Alerts {
  const { clock, ledger, wake } = deps;
  const store = storeOf(deps);
  const limits = createChannelLimits((channel) => deps.channels.get(channel)?.pace ?? null, clock);
  const sending: DeliverDeps = {
    store,
    channels: deps.channels,
    routes: deps.routes,
    limits,
    refresh: createRefresher(deps.refreshSecrets, clock),
    clock,
    random: deps.random,
    turns: createSerialiser(),
    onResult: (channel, outcome) => deps.observe.alert?.(channel, outcome),
  };

  async function round(key: Key, { running, mayBegin }: Since<void>): Promise<Round<void> | null> {
    // Each result is stored by its send.
    if (!mayBegin) return { begin: [], nextAt: clock.now(), atRest: true };
    const doc = await ledger.load(key, "alert");
    if (doc === null || doc.wakeAt === null) return null;
    // The pipeline checks this, too; but here a storm's members are not listed for each incident that joins.
    if (clock.now() < doc.body.flushAt) {
      await wake.at(key, doc.body.flushAt);
      return null;
    }
    const committed = await commitIntents(doc, running);
    const again = { begin: [], nextAt: clock.now(), atRest: false };
    switch (committed.is) {
      case "stored":
      case "nothing": {
        const { evaluated, due } = committed.made;
        if (committed.is === "stored") await afterCommit(committed.doc, evaluated);
        if (evaluated.next.lapsed.length > 0 && due.length === 0) return again;
        const begin = due.map((one) => ({
          id: one.channel,
          run: () => deliver(sending, committed.doc, one, evaluated.modelFor(one)),
        }));
        // The next evaluation finds what other channels wait for.
        const nextAt = due.length > 0 ? clock.now() + TOGETHER : (evaluated.next.wakeAt ?? Infinity);
        return { begin, nextAt, atRest: due.length === 0 };
      }
      case "unavailable":
        throw committed.error;
      case "contended":
        return { ...again, nextAt: clock.now() + UNAVAILABLE_PAUSE };
      case "void":
        return again;
    }
  }

  /** Evaluates the alert once and commits the intents; `void` if a channel has reached its rate limit meanwhile. */
  async function commitIntents(
    loaded: Doc<"alert">,
    running: ReadonlySet<string>,
  ): Promise<Committed<"alert", Intended>> {
    let entered: readonly string[] = [];
    const leave = (): void => {
      limits.leave(entered);
      entered = [];
    };
    const committed = await commitOver(store, { key: loaded.key, kind: "alert", base: loaded }, async (doc) => {
      leave();
      if (doc === null || doc.wakeAt === null) return null;
      const evaluated = await evaluateAlert(deps, limits, doc, () => clock.now());
      const due = evaluated.next.due.filter(({ channel }) => !running.has(channel));
      const channels = due.map(({ channel }) => channel);
      if (!limits.enter(channels)) return null;
      entered = channels;
      const change = changeOf(doc, evaluated, due);
      // Joining incidents schedule wake-ups, too: an earlier one has replaced the one for `wakeAt`.
      if (change === null && evaluated.next.wakeAt !== null) await wake.at(doc.key, evaluated.next.wakeAt);
      return { change, evaluated, due };
    });
    if (committed.is !== "stored") leave();
    return committed;
  }

  /** Returns the intents, or only the changed results of the evaluation; null if nothing has changed. */
  function changeOf(doc: Doc<"alert">, evaluated: Evaluation, due: readonly Due[]): Made<"alert">["change"] {
    const { next, noted, body } = evaluated;
    const now = clock.now();
    const sends = due.length > 0 || next.lapsed.length > 0;
    const found: Doc<"alert"> = { ...doc, body };
    const made = sends ? intend(found, due, next.lapsed, now) : { ...found, wakeAt: next.wakeAt };
    if (!sends && isSame(doc, made) && made.wakeAt === doc.wakeAt) return null;
    const entries = [...noted.entries, ...entriesOf(doc, made, evaluated, now)];
    return { doc: made, entries, onlyWakes: !sends && isSame(doc, made) && entries.length === 0, wakeUps: [made] };
  }

  async function afterCommit(made: Doc<"alert">, { next, noted }: Evaluation): Promise<void> {
    await note(deps, noted.ofMembers);
    for (const code of noted.fresh) deps.observe.suppressed?.(code);
    for (const { supersedes } of next.due) if (supersedes !== null) deps.observe.suppressed?.("superseded");
    for (const { channel } of next.lapsed) deps.observe.alert?.(channel, "gave-up");
    if (made.wakeAt === null && isUnsent(made)) deps.observe.suppressed?.("no-channel");
  }

  function entriesOf(doc: Doc<"alert">, made: Doc<"alert">, { next, model }: Evaluation, now: Ms): readonly Entry[] {
    const lost =
      next.lapsed.length === 0
        ? null
        : undeliverable(made, routeNamed(deps.routes, doc.body.route), [...deps.channels.keys()], now);
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

  return {
    advance: (key, within = NO_LIMITS) =>
      inRounds({ clock, limits: within, wakeUp: (at) => wake.at(key, at), gather: TOGETHER }, (since: Since<void>) =>
        round(key, since),
      ),
    tellDirectly: createDirect(deps),
  };
}

const isUnsent = ({ body }: Doc<"alert">): boolean => Object.keys(body.sends).length === 0 && body.quiet === "no";

function settled(made: Doc<"alert">, now: Ms): Entry {
  if (isUnsent(made))
    return alertEntry(made, now, "nobody was told: no channel is configured", { reason: "no-channel" });
  const text = made.body.quiet === "no" ? "everything is told" : "over, and nobody was told";
  return alertEntry(made, now, text, { reason: null });
}

/** Whether an evaluation has changed nothing but `wakeAt`. */
const isSame = (a: Doc<"alert">, b: Doc<"alert">): boolean =>
  a.body.size === b.body.size &&
  a.body.quiet === b.body.quiet &&
  equalSuppressions(a.body.withheld, b.body.withheld) &&
  isDeepStrictEqual(a.body.low, b.body.low);
