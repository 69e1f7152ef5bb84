import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Policy } from "../decide/policy.ts";
import { activeIn } from "../enrich/storm/active.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Overrides } from "../enrich/overrides.ts";
import { feed, feedEvidence } from "../inventory/feed.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Origin, Signal } from "../model/signal.ts";
import { createAlertAdvance } from "../notify/advance.ts";
import type { Channel } from "../notify/alert.ts";
import type { Links } from "../notify/message/links.ts";
import type { Route } from "../notify/route.ts";
import { createOpenIncidents, type OpenIncidents } from "../notify/open-incidents.ts";
import { createSilences, type Silences } from "../notify/silences.ts";
import type { Suppress } from "../notify/pipeline/suppress-settings.ts";
import { answerWithin } from "../race.ts";
import type { Archive } from "../record/archive/archive.ts";
import { createArchiver } from "../record/archiver.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { createDegraded } from "../respond/degraded.ts";
import { takeoverDelayOf } from "../respond/machine/takeover-delay.ts";
import { findResponder } from "../respond/responders/index.ts";
import { createRunner } from "../respond/machine/runner.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Verdict } from "../signal/verdict.ts";
import { type AdvanceLimits, NO_LIMITS } from "../advance-limits.ts";
import type { Wake } from "../wake.ts";
import { createAfterCommit } from "./after-commit.ts";
import { trackAlertMembers } from "./alert-members.ts";
import { createBackground } from "./background.ts";
import { type Chore, type Chores, createChores, runChore } from "./chores.ts";
import type { FlowDeps } from "./deps.ts";
import { trackDoomed } from "./doomed.ts";
import { loadEvidence } from "./evidence.ts";
import { createFlow, type Flow } from "./flow.ts";
import { trackWakeUps } from "./wake-ups.ts";
import { createIncidentFacts } from "./incident-facts.ts";
import type { Observer } from "./observer.ts";
import { createReservedSignals } from "./reserved-signals.ts";

/** Page size of the sweep over due documents. */
const SWEEP_PAGE = 500;

/** Drivers and settings of the handling. */
export interface HandlingOptions {
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  readonly wake: Wake;
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly inventory: Inventory;
  readonly aws: Aws;
  readonly policy: () => Policy;
  readonly overrides: Overrides;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly suppress: Suppress;
  readonly links: Links;
  readonly secrets: Secrets;
  readonly observer: Observer;
  /** Sources beside AWS's own whose events are accepted as AWS's; default: none. */
  readonly trusted?: readonly string[];
  /** Reads for the alerts of a storm start at multiples of this interval, so that they share calls. */
  readonly gather: Ms;
  /** Called when this worker has opened an incident. */
  readonly onOpened?: () => void;
}

/**
 * All handling of interruptions, without a process around it. It has no timer between two calls, so that a function
 * that is frozen after each invocation loses nothing. Each call ends at its deadline `until` (epoch milliseconds);
 * unfinished documents have a wake-up, and are advanced again when it comes.
 */
export interface Handling {
  /** Accepts a message. With the result `accepted` it is stored, and the message may be deleted. Never rejects. */
  accept(body: string, origin: Origin, until?: Ms): Promise<Verdict>;
  /** Accepts a signal that the sweep has made. Never rejects. */
  acceptSignal(signal: Signal): Promise<void>;
  /**
   * Advances a document after its wake-up, as far as possible now. Rejects with the ledger's errors; the caller then
   * calls it again.
   */
  advance(key: Key, until: Ms, nextWakeUp?: AdvanceLimits["nextWakeUp"]): Promise<void>;
  /** Returns when the next document is due; null means none is. */
  pending(): Ms | null;
  /**
   * Finds documents that have been due for `grace`, as a fallback for lost wake-ups, and calls `found` for each; by
   * default this schedules their wake-ups again.
   */
  sweepOnce(until: Ms, sweep?: Sweep): Promise<void>;
  /** Runs each chore once. */
  housekeepOnce(until: Ms): Promise<void>;
  /** Resolves when all background work has ended. */
  atRest(until: Ms): Promise<void>;
  /** Reads the open incidents of other workers. Call it first. */
  start(): Promise<void>;
  /** Stops: begins no more work. */
  stop(): void;
  readonly chores: Chores;
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly silences: Silences;
  /** All open incidents with their facts; at most a second old. */
  readonly openIncidents: OpenIncidents;
}

export interface Sweep {
  readonly grace: Ms;
  readonly found?: (key: Key) => Promise<void> | void;
}

/** Assembles the handling, as in the picture in docs/architecture.md. */
export function createHandling(options: HandlingOptions): Handling {
  const { clock, ledger, inventory, aws, observer, policy } = options;
  const stopping = new AbortController();
  const doomed = trackDoomed(clock);
  const members = trackAlertMembers();
  const { factsOf, lookUp, lookAround, lookAroundFor } = createIncidentFacts({ ...options, doomed: doomed.current });
  const wakeUps = trackWakeUps(options.wake);
  const onFailure = (what: string, error: unknown): void => observer.onFailure?.(what, error);
  const background = createBackground(clock, onFailure);
  let underWay = 0;
  const silences = createSilences({ ledger, clock, random: options.random });
  const openIncidents = createOpenIncidents({ ledger, factsOf, clock });
  const alerts = createAlertAdvance({
    ledger,
    channels: options.channels,
    routes: options.routes,
    suppress: options.suppress,
    silences,
    openIncidents,
    activeIn: (cluster) => activeIn(inventory, cluster, doomed.current(), clock.now()),
    refreshSecrets: options.secrets.refresh,
    onUndeliverable: (error) => onFailure("telling people", error),
    phrases: findResponder,
    links: options.links,
    factsOf,
    clock,
    random: options.random,
    wake: wakeUps,
    onEntries: (doc, entries) => observer.onEntries?.(doc, entries),
    observe: {
      ...(observer.onAlert === undefined ? {} : { alert: observer.onAlert }),
      ...(observer.onSuppressed === undefined ? {} : { suppressed: observer.onSuppressed }),
    },
  });

  const deps: FlowDeps = {
    ledger,
    inventory,
    aws,
    clock,
    random: options.random,
    wake: wakeUps,
    takeoverDelay: () => takeoverDelayOf(underWay),
    policy,
    routes: options.routes,
    factsOf,
    doomed: doomed.current,
    lookUp,
    lookAround,
    secret: options.secrets.resolve,
    renewSecret: options.secrets.renew,
    trusted: options.trusted ?? [],
    signalsOf: createReservedSignals(aws, inventory, clock),
    feed: (signal) => feed(inventory, signal),
    feedEvidence: (evidence) => feedEvidence(inventory, evidence),
    degraded: (signal, why) => background.begin("without the ledger", degraded.handle(signal, why)),
    doneBefore: (subject) => degraded.hintsOf(subject),
    advanceAlert: (key, limits) => alerts.advance(key, limits),
    onParsed: (parsed, origin) => observer.onParsed?.(parsed, origin),
    onAccepted: (doc, signal, fresh) => {
      doomed.saw(doc);
      if (doc.version === 1) options.onOpened?.();
      observer.onAccepted?.(doc, signal, fresh);
      background.begin("after the ledger came back", degraded.recovered(doc));
    },
    onEntries: createAfterCommit({ clock, wake: wakeUps, inventory, doomed, members, observer }),
    onFailure,
    stopping: stopping.signal,
  };
  const runner = createRunner(deps, () => false);
  const degraded = createDegraded({
    clock,
    policy,
    saw: doomed.sawUnrecorded,
    factsOf,
    lookUp,
    lookAround: lookAroundFor,
    find: findResponder,
    isSafe: runner.isSafe,
    run: runner.run,
    stopping: stopping.signal,
    tell: (doc, facts, why) => alerts.tellDirectly(doc, facts, why),
    ledger,
  });
  const flow: Flow = createFlow(deps);
  const chores = createChores({
    clock,
    archiver: createArchiver({ ledger, archive: options.archive }),
    purge: (before) => ledger.purge(before),
    reloadOpen: async () => {
      const knownAt = (id: string): Ms | null => inventory.get("evidence", id)?.observedAt ?? null;
      await loadEvidence(ledger, knownAt, deps.feedEvidence);
      for (const alert of members.keep(await doomed.reload(ledger))) await wakeUps.at(alert, clock.now());
    },
    onFailure,
  });

  return {
    async accept(body, origin, until = Infinity) {
      const verdict = await answerWithin(clock, flow.accept(body, origin), until - clock.now());
      return verdict?.value ?? { is: "later", reason: "it could not be recorded in time" };
    },
    acceptSignal: (signal) => flow.acceptSignal(signal),
    async advance(key, until, nextWakeUp = NO_LIMITS.nextWakeUp) {
      wakeUps.taken(key);
      underWay += 1;
      try {
        await flow.advance(key, { nextWakeUp, until });
      } finally {
        underWay -= 1;
      }
    },
    pending: wakeUps.earliest,
    async sweepOnce(until, { grace, found = (key: Key) => wakeUps.at(key, clock.now()) }: Sweep = { grace: 0 }) {
      const before = clock.now() - grace;
      let cursor: string | undefined;
      do {
        const { items, next } = await ledger.due(before, SWEEP_PAGE, cursor);
        for (const key of items) await found(key);
        cursor = next;
      } while (cursor !== undefined && clock.now() < until);
    },
    async housekeepOnce(until) {
      for (const chore of Object.values(chores) as Chore[]) {
        let more = true;
        while (more && clock.now() < until) more = await runChore(chore, onFailure);
      }
    },
    atRest: background.atRest,
    // Open incidents of other workers, and from before a restart, count as doomed.
    start: async () => void (await runChore(chores.readOpen, onFailure)),
    stop: () => stopping.abort(new Error("the worker stops")),
    chores,
    factsOf,
    silences,
    openIncidents,
  };
}
