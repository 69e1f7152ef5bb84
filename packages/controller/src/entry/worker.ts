import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Secrets } from "../config/secrets.ts";
import { isOld } from "../decide/outdated.ts";
import type { Policy } from "../decide/policy.ts";
import { factsOf as assemble } from "../enrich/facts-of.ts";
import type { Facts } from "../enrich/facts.ts";
import { createLookAround } from "../enrich/look-around.ts";
import { createLookUp } from "../enrich/look-up.ts";
import type { Overrides } from "../enrich/overrides.ts";
import { activeIn } from "../enrich/active.ts";
import { createFlow, type Flow } from "../flow.ts";
import type { Verdict } from "../signal/verdict.ts";
import type { FlowDeps } from "../flow-deps.ts";
import { feed, feedAttention, feedEvidence } from "../inventory/feed.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { createAlertAdvance } from "../notify/advance.ts";
import type { Channel } from "../notify/alert.ts";
import type { Links } from "../notify/links.ts";
import type { Route } from "../notify/route.ts";
import { createSilences, type Silences } from "../notify/silences.ts";
import type { Suppress } from "../notify/suppressed.ts";
import type { Archive } from "../record/archive/archive.ts";
import { createArchiver } from "../record/archiver.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import { createDegraded } from "../respond/degraded.ts";
import { withReason } from "../respond/labels.ts";
import { guardOf } from "../respond/guard.ts";
import { findResponder } from "../respond/responders/index.ts";
import { createRunner } from "../respond/runner.ts";
import type { Origin, Parsed, Signal } from "../model/signal.ts";
import { trackAlertMembers } from "./alert-members.ts";
import { createReservedSignals } from "./reserved-signals.ts";
import { trackDoomed } from "./doomed.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { createScheduler } from "./scheduler.ts";

/** A storm's incidents join within seconds: one look is for many of them. */
const AFTER_JOIN: Ms = 1_000;

/** What others want to know of what happens: metrics, the live stream, logs. */
export interface Observer {
  readonly onParsed?: (parsed: Parsed, origin: Origin) => void;
  readonly onAccepted?: (doc: Doc<"incident">, signal: Signal, fresh: boolean) => void;
  readonly onEntries?: (doc: Doc, entries: readonly Entry[]) => void;
  readonly onAlert?: (channel: string, outcome: string) => void;
  readonly onSuppressed?: (reason: string) => void;
  readonly onFailure?: (what: string, error: unknown) => void;
}

/** Drivers and settings of one worker: the command line makes them from the config, tests as they need. */
export interface WorkerOptions {
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  /** Names this worker in leases; different for each process. */
  readonly owner: string;
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
  /** Sources beside AWS's own whose events are taken for AWS's; none where left out. */
  readonly trusted?: readonly string[];
  /** Looks closer of a storm's incidents start together at multiples of this. */
  readonly gather: Ms;
}

export interface Worker {
  /** Durable when it answers `accepted`. Never rejects. */
  accept(body: string, origin: Origin): Promise<Verdict>;
  /** A signal that no message brought: what a sweep has seen. Never rejects. */
  hear(signal: Signal): Promise<void>;
  /** Goes on where the last process stopped. */
  start(): Promise<void>;
  /** Begins nothing more; resolves when what runs has come to rest, or at the deadline. */
  stop(within: Ms): Promise<void>;
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly silences: Silences;
  readonly load: () => { readonly running: number; readonly queued: number; readonly timed: number };
}

/** Assembles the flow: one literal that reads like the picture in docs/architecture.md. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, ledger, inventory, aws, overrides, observer, policy } = options;
  const stopping = new AbortController();
  const doomed = trackDoomed(clock);
  const members = trackAlertMembers();
  const lookUp = createLookUp({
    aws,
    inventory,
    clock,
    overrides,
    gather: options.gather,
  });

  const lookAround = createLookAround({ aws, inventory, clock });

  const factsOf = (doc: Doc<"incident">): Facts =>
    withReason(assemble(inventory, doc.body.subject, placeOf(doc), doomed.current(), overrides, clock.now()), doc.body);
  const lookUpOf: FlowDeps["lookUp"] = async (doc, depth, deadline) => {
    const place = placeOf(doc);
    if (place === null) return;
    const asOf = inventory.get("instance", doc.body.subject.id)?.observedAt ?? 0;
    const afresh = isOld(doc.body) && asOf < doc.body.openedAt;
    await lookUp(doc.body.subject, place, deadline, depth, afresh);
  };

  const scheduler = createScheduler({
    clock,
    owner: options.owner,
    advance: (key, poked) => flow.advance(key, poked),
    due: (now, limit, owner, lease) => ledger.due(now, limit, owner, lease),
    onFailure: (key, error) => observer.onFailure?.(key ?? "sweep", error),
  });
  const silences = createSilences({ ledger, clock, random: options.random });
  const alerts = createAlertAdvance({
    ledger,
    channels: options.channels,
    routes: options.routes,
    suppress: options.suppress,
    silences,
    activeIn: (cluster) => activeIn(inventory, cluster, doomed.current(), clock.now()),
    refreshSecrets: options.secrets.refresh,
    onUntold: (error) => observer.onFailure?.("telling people", error),
    phrases: findResponder,
    links: options.links,
    factsOf,
    clock,
    random: options.random,
    wake: scheduler,
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
    wake: scheduler,
    guard: () => guardOf(scheduler.load().running),
    policy,
    routes: options.routes,
    factsOf,
    doomed: doomed.current,
    lookUp: lookUpOf,
    lookAround,
    secret: options.secrets.resolve,
    renewSecret: options.secrets.renew,
    trusted: options.trusted ?? [],
    signalsOf: createReservedSignals(aws, inventory, clock),
    learn: (signal) => feed(inventory, signal),
    learnEvidence: (evidence) => feedEvidence(inventory, evidence),
    degraded: (signal, why) => {
      degraded.handle(signal, why).catch((error: unknown) => observer.onFailure?.("without the ledger", error));
    },
    advanceAlert: (key, poked) => alerts.advance(key, poked),
    onParsed: (parsed, origin) => observer.onParsed?.(parsed, origin),
    onAccepted: (doc, signal, fresh) => {
      doomed.saw(doc);
      if (doc.version === 1) housekeeping.opened();
      observer.onAccepted?.(doc, signal, fresh);
      degraded.recovered(doc).catch((error: unknown) => observer.onFailure?.("after the ledger came back", error));
    },
    onEntries: (doc, entries) => {
      doomed.saw(doc);
      if (doc.kind === "group") feedAttention(inventory, doc, entries);
      observer.onEntries?.(doc, entries);
      for (const reason of withheld(entries)) observer.onSuppressed?.(reason);
      // Who has joined an alert may change what is at stake: it is looked at before its next look would come.
      if (doc.kind === "incident" && entries.some(hasJoined))
        for (const { key } of doc.body.alerts) scheduler.at(key, clock.now() + AFTER_JOIN);
      // Its alerts tell the outcome now, and not at their next look.
      for (const alert of members.closedLast(doc)) scheduler.at(alert, clock.now());
    },
    onFailure: (what, error) => observer.onFailure?.(what, error),
    stopping: stopping.signal,
  };
  const runner = createRunner(deps, () => false);
  const degraded = createDegraded({
    clock,
    policy,
    factsOf,
    lookUp: lookUpOf,
    lookAround: async (doc, deadline) => {
      const { subject } = doc.body;
      const place = placeOf(doc);
      if (place !== null && subject.type === "instance") await lookAround(subject.id, place, deadline);
    },
    find: findResponder,
    isSafe: runner.isSafe,
    run: runner.run,
    tell: (doc, facts, why) => alerts.tellDirectly(doc, facts, why),
    ledger,
  });
  const flow: Flow = createFlow(deps);
  const housekeeping = createHousekeeping({
    clock,
    archiver: createArchiver({ ledger, archive: options.archive }),
    purge: (before) => ledger.purge(before),
    refreshOpen: async () => {
      for (const alert of members.keep(await doomed.refresh(ledger))) scheduler.at(alert, clock.now());
    },
    onFailure: (what, error) => observer.onFailure?.(what, error),
  });

  return {
    accept: (body, origin) => flow.accept(body, origin),
    hear: (signal) => flow.hear(signal),
    async start() {
      // Other workers' incidents, and those from before a restart, count in what a service keeps.
      await doomed.refresh(ledger).catch((error: unknown) => observer.onFailure?.("the list of open incidents", error));
      scheduler.start();
      housekeeping.start();
    },
    async stop(within) {
      housekeeping.stop();
      await scheduler.stop(within);
      stopping.abort(new Error("the worker stops"));
      await inventory.flush();
    },
    factsOf,
    silences,
    load: scheduler.load,
  };
}

const hasJoined = ({ data }: Entry): boolean => data["responder"] === "join-alert" && data["state"] === "done";

/** Why people were not told, where the step that tells them was skipped. */
function withheld(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ data: { receipt } }) => {
    const isReason =
      receipt !== null && typeof receipt === "object" && !Array.isArray(receipt) && "withheld" in receipt;
    return isReason && typeof receipt.withheld === "string" ? [receipt.withheld] : [];
  });
}

const placeOf = (doc: Doc<"incident">): Facts["place"] => {
  const { account, region } = doc.body;
  return region === null ? null : { account, region };
};
