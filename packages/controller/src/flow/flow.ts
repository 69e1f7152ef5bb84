import { LRUCache } from "lru-cache";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Origin, Parsed, Reserved, Signal } from "../model/signal.ts";
import { storeEvidence } from "./evidence.ts";
import type { FlowDeps } from "./deps.ts";
import { containerHints } from "../inventory/container-hints.ts";
import { isUnavailable } from "../record/unavailable.ts";
import { advanceDoc } from "../respond/machine/machine.ts";
import type { AdvanceLimits } from "../advance-limits.ts";
import { refreshGroup } from "../respond/group/refresh.ts";
import { refreshIncident } from "../respond/incident/refresh.ts";
import { findResponder } from "../respond/responders/index.ts";
import { createRunner } from "../respond/machine/runner.ts";
import { parse } from "../signal/parse.ts";
import type { Verdict } from "../signal/verdict.ts";

/** The result of accepting one signal of a message. */
type Accepted =
  | { readonly is: "accepted"; readonly key: Key }
  | { readonly is: "nothing" }
  | Extract<Verdict, { readonly is: "later" }>;

export interface Flow {
  /** Accepts a message. With the result `accepted` it is stored, and the message may be deleted. Never rejects. */
  accept(body: string, origin: Origin): Promise<Verdict>;
  /** Accepts a signal that did not come by a message. Never rejects. */
  acceptSignal(signal: Signal): Promise<void>;
  /** Advances a document (incident, group or alert) as far as possible now: one loop for all (durable/rounds.ts). */
  advance(key: Key, limits: AdvanceLimits): Promise<void>;
  /** Returns the current facts about an incident's subject. */
  factsOf(doc: Doc<"incident">): Facts;
}

/** Maximum number of incidents that are remembered as opened by this worker; more than a storm has. */
const MOST_OPENED = 20_000;

/**
 *     message ─▶ signal ─▶ correlate ─▶ accept            (stored: the message may be deleted)
 *                                         │
 *        wake, due ──────▶ advance(key): rounds of
 *                          load → plan → wake → commit intents → run due steps and sends → wake → commit results
 */
export function createFlow(deps: FlowDeps): Flow {
  const { ledger, clock, wake, policy, factsOf } = deps;
  // `maxSize` instead of `max`, which would allocate space for all entries at once.
  const opened = new LRUCache<Key, true>({ maxSize: MOST_OPENED, sizeCalculation: () => 1 });
  const runner = createRunner(deps, (key) => opened.has(key));
  const shared = {
    ledger,
    clock,
    wake,
    takeoverDelay: deps.takeoverDelay,
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
    deps.feed(signal);
    try {
      const accepted = await ledger.accept(signal, clock.now(), {
        ...containerHints(deps.inventory, signal.subject.id),
        ...deps.doneBefore(signal.subject.id),
      });
      if (accepted === null) return { is: "nothing" };
      const { key } = accepted.doc;
      if (accepted.fresh && accepted.doc.body.signalCount === 1) opened.set(key, true);
      deps.onAccepted(accepted.doc, signal, accepted.fresh);
      // Also for a duplicate: the worker that accepted the first message may have died before it scheduled the wake-up.
      const due = accepted.fresh ? clock.now() : accepted.doc.wakeAt;
      if (due !== null) await wake.at(key, due);
      return { is: "accepted", key };
    } catch (error) {
      // Draining has priority: safe effects run without the ledger, and the message stays in its queue (at-least-once).
      if (isUnavailable(error)) deps.degraded(signal, error);
      else deps.onFailure(`accepting ${signal.kind} of ${signal.subject.id}`, error);
      return { is: "later", reason: error instanceof Error ? error.message : "it could not be recorded" };
    }
  };

  const acceptReserved = async (reserved: Reserved): Promise<readonly Accepted[]> => {
    let signals: readonly Signal[];
    try {
      signals = await deps.signalsOf(reserved);
    } catch (error) {
      // Its instances are not known, so nothing is stored: the message stays in its queue and comes again.
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
          deps.feedEvidence(parsed.evidence);
          try {
            await storeEvidence(ledger, parsed.evidence);
          } catch (error) {
            if (isUnavailable(error)) return { is: "later", reason: error.message };
            deps.onFailure("keeping what a service said", error);
          }
        }
        return { is: "ignored", reason: parsed.reason };
      }
      if (parsed.is === "rejected") return parsed;
      // Concurrent, so that the ledger stores them together: one message can name a thousand instances.
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
    async acceptSignal(signal) {
      await acceptOne(signal);
    },
    advance(key, limits) {
      const kind = key.slice(0, key.indexOf("#"));
      if (kind === "incident") return advanceDoc(incidents, key, "incident", limits);
      if (kind === "group") return advanceDoc(groups, key, "group", limits);
      if (kind === "alert") return deps.advanceAlert(key, limits);
      return Promise.resolve();
    },
  };
}
