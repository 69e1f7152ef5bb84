import { LRUCache } from "lru-cache";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Origin, Parsed, Reserved, Signal } from "../model/signal.ts";
import { keepEvidence } from "./evidence.ts";
import type { FlowDeps } from "./deps.ts";
import { seenBefore } from "../inventory/seen-before.ts";
import { isAway } from "../record/away.ts";
import { advanceDoc } from "../respond/machine.ts";
import type { Turn } from "../turn.ts";
import { refreshGroup } from "../respond/group/refresh.ts";
import { refreshIncident } from "../respond/incident.ts";
import { findResponder } from "../respond/responders/index.ts";
import { createRunner } from "../respond/runner.ts";
import { parse } from "../signal/parse.ts";
import type { Verdict } from "../signal/verdict.ts";

/** What became of one signal of a message. */
type Accepted =
  | { readonly is: "accepted"; readonly key: Key }
  | { readonly is: "nothing" }
  | Extract<Verdict, { readonly is: "later" }>;

export interface Flow {
  /** Durable when it answers `accepted`: the message may be deleted. Never rejects. */
  accept(body: string, origin: Origin): Promise<Verdict>;
  /** A signal that no message brought. Never rejects. */
  hear(signal: Signal): Promise<void>;
  /** One loop for incident, group and alert: brings the document as far as it can go now. */
  advance(key: Key, turn: Turn): Promise<void>;
  /** What is known of an incident's subject now. */
  factsOf(doc: Doc<"incident">): Facts;
}

/** Incidents that are remembered as opened here; more than a storm has. */
const MOST_OPENED = 20_000;

/**
 *     message ─▶ signal ─▶ correlate ─▶ accept            (durable: the message may be deleted)
 *                                         │
 *        wake, due ──────▶ advance(key): load → next (pure) → run what is due → apply (pure) → wake → commit
 */
export function createFlow(deps: FlowDeps): Flow {
  const { ledger, clock, wake, policy, factsOf } = deps;
  // Given a `max`, the cache would allocate room for all entries at its start; `maxSize` bounds as well, and grows.
  const opened = new LRUCache<Key, true>({ maxSize: MOST_OPENED, sizeCalculation: () => 1 });
  const runner = createRunner(deps, (key) => opened.has(key));
  const shared = {
    ledger,
    clock,
    wake,
    guard: deps.guard,
    isSafe: runner.isSafe,
    run: runner.run,
    onEntries: deps.onEntries,
  };
  const incidents = {
    ...shared,
    refresh: (doc: Doc<"incident">, now: number) => refreshIncident(doc, factsOf(doc), policy(), findResponder, now),
  };
  const groups = { ...shared, refresh: refreshGroup };

  const acceptOne = async (signal: Signal): Promise<Accepted> => {
    deps.learn(signal);
    try {
      const accepted = await ledger.accept(signal, clock.now(), seenBefore(deps.inventory, signal.subject.id));
      if (accepted === null) return { is: "nothing" };
      const { key } = accepted.doc;
      if (accepted.fresh && accepted.doc.body.signalCount === 1) opened.set(key, true);
      deps.onAccepted(accepted.doc, signal, accepted.fresh);
      // Of a duplicate too: the worker that took the first may have died before it sent the hint.
      const due = accepted.fresh ? clock.now() : accepted.doc.wakeAt;
      if (due !== null) await wake.at(key, due);
      return { is: "accepted", key };
    } catch (error) {
      // Draining goes first: safe effects from what is known, the message stays, and it counts as at-least-once.
      if (isAway(error)) deps.degraded(signal, error);
      else deps.onFailure(`accepting ${signal.kind} of ${signal.subject.id}`, error);
      return { is: "later", reason: error instanceof Error ? error.message : "it could not be recorded" };
    }
  };

  const acceptReserved = async (reserved: Reserved): Promise<readonly Accepted[]> => {
    let signals: readonly Signal[];
    try {
      signals = await deps.signalsOf(reserved);
    } catch (error) {
      // Whom it is about is not known, so that nothing of it is durable: the message stays and comes again.
      return [{ is: "later", reason: error instanceof Error ? error.message : "its instances are not known" }];
    }
    return Promise.all(signals.map(acceptOne));
  };

  return {
    factsOf,
    async accept(body, origin) {
      const parsed: Parsed = parse(body, origin, deps.trusted);
      deps.onParsed(parsed, origin);
      if (parsed.is === "ignored") {
        if (parsed.evidence !== undefined) {
          deps.learnEvidence(parsed.evidence);
          try {
            await keepEvidence(ledger, parsed.evidence);
          } catch (error) {
            if (isAway(error)) return { is: "later", reason: error.message };
            deps.onFailure("keeping what a service said", error);
          }
        }
        return { is: "ignored", reason: parsed.reason };
      }
      if (parsed.is === "rejected") return parsed;
      // Side by side, so that the ledger writes them together: one message can name a thousand instances.
      const nested = await Promise.all([
        ...parsed.signals.map(acceptOne),
        ...(parsed.reserved ?? []).map(acceptReserved),
      ]);
      const results = nested.flat();
      const later = results.find((result) => result.is === "later");
      if (later !== undefined) return later;
      const incidents = results.flatMap((result) => (result.is === "accepted" ? [result.key] : []));
      return { is: "accepted", incidents, errors: parsed.errors };
    },
    async hear(signal) {
      await acceptOne(signal);
    },
    advance(key, turn) {
      const kind = key.slice(0, key.indexOf("#"));
      if (kind === "incident") return advanceDoc(incidents, key, "incident", turn);
      if (kind === "group") return advanceDoc(groups, key, "group", turn);
      if (kind === "alert") return deps.advanceAlert(key, turn);
      return Promise.resolve();
    },
  };
}
