import type { AlertModel, Doc, Key } from "@spotkeeper/controller";
import {
  arn,
  createRandom,
  createSimulator,
  fleetOperations,
  holdDuring,
  type Ms,
  sdkHandler,
  virtualClock,
  type VirtualClock,
} from "@spotkeeper/simulator";
import { openSimulatedAws, type Parts } from "../simulated-aws.ts";
import { isWatched } from "../run-to-end.ts";
import { beginAll, buildFleet } from "./fleet.ts";
import { type Excuses, excusesIn } from "./invariants/excused.ts";
import { breakArchive, breakLedger, createOutages } from "./events/outages.ts";
import { playMessages } from "./events/messages.ts";
import type { Ended, Scene, SentAlert } from "./invariants/scene.ts";
import { breachesAtEnd, type WorldWatch, watchWorld } from "./invariants/index.ts";
import { recordWorld } from "./invariants/world-record.ts";
import { watchTargetReads } from "./invariants/target-reads.ts";
import { homeOf } from "./dimensions/places.ts";
import { playEvents, playFaults } from "./events/play-events.ts";
import type { SharedParts, WorkerSlot } from "./workers/shared-parts.ts";
import { type Breach, watchEffects } from "./watch.ts";
import { createQueue } from "./workers/queue.ts";
import { createWorkers } from "./workers/workers.ts";
import { playedPolicy, type SwarmWorld } from "./world.ts";

const START = Date.UTC(2026, 0, 1, 12, 0, 0);
/** assumed: the duration of a call within a region. */
const LATENCY = { min: 15, max: 60 };
const CHECK_INTERVAL: Ms = 10_000;
/** After everything is closed, more may follow for this long. */
const QUIET: Ms = 300_000;
/** Longer than any wait in a world: an hour of deregistration delay, and what follows. */
const LONGEST_WAIT: Ms = 4 * 3_600_000;
const WARM_UP: Ms = 60_000;
const END_OF_TIME: Ms = Date.UTC(2100, 0, 1);
/**
 * Changes that are in progress when the worker starts have begun this long before: an instance refresh has checked its
 * group by then.
 */
const UNDER_WAY: Ms = 16_000;
/** A fleet of this size is known after WARM_UP; the sweep needs WARM_UP_EACH more for each further instance. */
const SMALL = 50;
const WARM_UP_EACH: Ms = 200;

export interface WorldResult {
  readonly breaches: readonly Breach[];
  readonly incidents: number;
  readonly excuses: Excuses;
  /** Alerts and journal entries, for the story. */
  readonly timeline: readonly { readonly at: Ms; readonly text: string }[];
}

/** Plays one world with the real flow on a virtual clock, from its begin until nothing is left to do. */
export async function runWorld(spec: SwarmWorld, parts: Parts): Promise<WorldResult> {
  // Ledger, archive and AWS calls hold the clock; everything else runs in microtasks, so no extra turns are needed.
  const clock = virtualClock(START, { quietTurns: 0 });
  const random = createRandom(`worker ${spec.seed}`);
  const docs = new Map<Key, Doc>();
  const sent: SentAlert[] = [];
  const refused: AlertModel[] = [];
  const births: Ms[] = [START];
  let looking: WorldWatch | null = null;
  const failures: { at: Ms; what: string; error: unknown }[] = [];
  const timeline: { at: Ms; text: string }[] = [];
  /** When the events begin; not yet. */
  let began = Infinity;
  const slots = Array.from({ length: spec.workers }, (_, worker): WorkerSlot => ({
    inventory: parts.createMemoryInventory(),
    plan: [],
    crossings: { count: 0 },
    ahead: () => aheadOf(spec.clocks, worker, clock.now() - began),
  }));
  const workers = createWorkers({
    clock,
    shared: () => shared,
    areFunctions: spec.areFunctions,
    slots,
    onKilled: (worker, pause) => {
      births.push(clock.now() + pause);
      timeline.push({ at: clock.now(), text: `${worker} was killed` });
    },
  });
  const queue = createQueue(clock, (body) => workers.receive(body));
  const home = homeOf(spec.places);
  const queueArn = arn({ account: home.account, name: home.region }, "sqs", "spotkeeper");
  // Somebody else's hook may notify another queue.
  const send = (to: string, body: string): void => void (to === queueArn && queue.send(body));
  const fleet = buildFleet({ clock, seed: spec.seed, send }, spec);
  const simulator = createSimulator({
    clock,
    seed: spec.seed,
    world: fleet.world,
    operations: fleetOperations,
    latency: LATENCY,
    maxReadLag: spec.readLag * 1_000,
  });
  const outages = createOutages(spec, clock, simulator);
  const policy = playedPolicy(spec);
  const ledger = openLedger(spec, parts, clock);
  const shared: SharedParts = {
    parts,
    clock,
    random: random.next,
    simulator,
    ledger: breakLedger(watched(ledger, docs, timeline), outages),
    archive: breakArchive(holdDuring(clock, parts.openSqliteArchive({ file: ":memory:", clock })), outages),
    wakes: workers.wakes,
    policy,
    overrides: policy.clusters,
    home,
    others: [...new Set(spec.places.map(({ account }) => account))].filter((account) => account !== home.account),
    outages,
    onRefused: (_, alert) => void refused.push(alert),
    onSent: (channel, alert) => {
      const message = { at: clock.now(), channel, alert };
      sent.push(message);
      looking?.sent(message);
      timeline.push({ at: clock.now(), text: `told ${channel}: ${alert.headline}` });
    },
    onFailure: (what, error) => void failures.push({ at: clock.now(), what, error }),
  };

  const record = recordWorld(fleet, simulator);
  const instances = fleet.world.instances.size;
  if (spec.warm) for (const { inventory } of slots) await warmUp(shared, inventory, spec.places, clock, instances);
  if (beginAll(fleet, spec)) await clock.runUntil(clock.now() + UNDER_WAY);
  const effects = watchEffects(spec, fleet, simulator);
  const targetReads = watchTargetReads(simulator);
  await clock.runUntilSettled(workers.start());
  began = clock.now();
  timeline.push({ at: began, text: "the beginning: the seconds of what happens count from here" });
  workers.addLives(spec.lives);
  playFaults(spec.faults, simulator);
  const { people, lastAt: lastEventAt } = playEvents(
    spec,
    fleet,
    (text) => void timeline.push({ at: clock.now(), text }),
  );
  const scene: Scene = { spec, fleet, people, policy, simulator, began, record, sent, heard: queue.had, births };
  looking = watchWorld(scene);
  const lastAt = Math.max(lastEventAt, outages.begin(), playMessages(spec, fleet, queue));

  for (let quietSince = lastAt; clock.now() - quietSince < QUIET && clock.now() - lastAt < LONGEST_WAIT;) {
    await clock.runUntil(clock.now() + CHECK_INTERVAL);
    if (clock.now() <= lastAt || !workers.areUp() || [...docs.values()].some(isAtWork)) quietSince = clock.now();
  }
  const incidents = new Map([...docs].flatMap(([key, doc]) => (doc.kind === "incident" ? [[key, doc.body]] : [])));
  const at = clock.now();
  const due = (await clock.runUntilSettled(ledger.due(END_OF_TIME, 1_000))).items;
  const told = sent.map(({ alert }) => alert);
  const ended: Ended = { ...scene, targetReads, docs, incidents, due, told, refused, failures, at };
  const breaches = [...effects, ...looking.breaches, ...breachesAtEnd(ended)];
  // Close the databases now: the garbage collector does not know how much memory they use.
  await clock.runUntilSettled(Promise.all([shared.ledger.close(), shared.archive.close()]));
  return {
    breaches,
    incidents: incidents.size,
    excuses: excusesIn(ended),
    timeline: timeline.toSorted((one, other) => one.at - other.at),
  };
}

/** Opens the ledger: a file, or a remote service (assumed: the duration of its answers, and the lag of its indexes). */
function openLedger({ seed, remoteLedger }: SwarmWorld, parts: Parts, clock: VirtualClock): SharedParts["ledger"] {
  if (!remoteLedger) return holdDuring(clock, parts.openSqliteLedger({ file: ":memory:", clock }));
  const random = createRandom(`ledger ${seed}`);
  return parts.openMemoryLedger({ clock, latency: () => 2 + random.int(20), lag: () => random.int(2_000) });
}

/** Returns how far a worker's clock is ahead of AWS's, `since` milliseconds after the beginning. */
function aheadOf(clocks: SwarmWorld["clocks"], worker: number, since: Ms): Ms {
  const wrong = clocks.find((one) => one.worker === worker);
  if (wrong === undefined) return 0;
  return (wrong.setAt !== null && since >= wrong.setAt * 1_000 ? wrong.setTo : wrong.ahead) * 1_000;
}

/** Returns true if the document still has work of its own. */
function isAtWork(doc: Doc): boolean {
  switch (doc.kind) {
    case "incident":
      return doc.body.closedAt === null && !isWatched(doc.body);
    case "group":
      return doc.wakeAt !== null;
    // Alerts follow within minutes; the others have no work of their own.
    case "alert":
    case "service":
    case "silence":
    case "evidence":
      return false;
  }
}

/** Wraps the ledger to keep the latest documents and to add journal entries to the timeline. */
function watched(
  ledger: SharedParts["ledger"],
  docs: Map<Key, Doc>,
  timeline: { at: Ms; text: string }[],
): SharedParts["ledger"] {
  return {
    ...ledger,
    async accept(signal, now, hints) {
      const accepted = await ledger.accept(signal, now, hints);
      if (accepted !== null) docs.set(accepted.doc.key, accepted.doc);
      timeline.push({ at: now, text: `heard: ${signal.kind} of ${signal.subject.id}` });
      return accepted;
    },
    async commit(writes, journal, unchanged) {
      const stored = await ledger.commit(writes, journal, unchanged);
      if (stored === "conflict") return stored;
      for (const doc of stored) docs.set(doc.key, doc);
      for (const { at, key, text } of journal) timeline.push({ at, text: `${key}: ${text}` });
      return stored;
    },
    async touch(key, version, wakeAt) {
      const stored = await ledger.touch(key, version, wakeAt);
      const doc = docs.get(key);
      if (stored !== "conflict" && doc?.version === version) docs.set(key, { ...doc, version: stored, wakeAt });
      return stored;
    },
  };
}

/** Sweeps until the inventory knows the fleet, as in a worker that has run for a while. */
async function warmUp(
  shared: SharedParts,
  inventory: WorkerSlot["inventory"],
  places: SwarmWorld["places"],
  clock: VirtualClock,
  instances: number,
): Promise<void> {
  const { parts, random, home, others } = shared;
  const handler = sdkHandler(shared.simulator);
  const aws = openSimulatedAws({ parts, clock, random, handler, others, region: home.region });
  const stop = new AbortController();
  const sweeper = parts.createSweeper({
    aws,
    inventory,
    clock,
    random: () => 0.5,
    lease: () => Promise.resolve(true),
    ownAccount: () => home.account,
    places: places.map(({ account, region }) => ({ account: account === home.account ? null : account, region })),
    callsPerMinute: 600,
    often: 600_000,
    keep: 86_400_000,
  });
  const swept = sweeper.run(stop.signal);
  await clock.runUntil(clock.now() + WARM_UP + Math.max(0, instances - SMALL) * WARM_UP_EACH);
  stop.abort();
  await clock.runUntilSettled(swept);
  aws.close();
}
