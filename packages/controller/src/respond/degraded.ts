import { LRUCache } from "lru-cache";
import { correlate } from "../correlate/correlate.ts";
import { decide } from "../decide/decide.ts";
import { ACTED, isOld, withLife } from "../decide/outdated.ts";
import type { Policy } from "../decide/policy.ts";
import { isOutdated, type Threat, threatOf } from "../decide/threat.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Params } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { answerWithin } from "../race.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Signal } from "../model/signal.ts";
import { wasEmptied } from "./incident/emptying.ts";
import { DRAINED_UNRECORDED, doneUnrecorded } from "./incident/undo.ts";
import { apply, type Finished } from "./machine/apply.ts";
import { overdue } from "./machine/next.ts";
import { fresh, isSettled } from "./machine/steps.ts";
import type { FindResponder, Nature } from "./responder.ts";

/** Maximum number of subjects that are remembered while the ledger is unavailable; more than a storm has. */
const MOST_SUBJECTS = 20_000;
const REMEMBERED: Ms = 1_800_000;
/** Time limit of the reads for the alert. */
const LOOK_CLOSER_WITHIN: Ms = 3_000;
const LOOK_AROUND_WITHIN: Ms = 20_000;
/** A ledger that is full can be read; draining waits no longer for one that cannot. */
const READ_WITHIN: Ms = 500;

export interface DegradedDeps {
  readonly clock: Clock;
  readonly policy: () => Policy;
  /** Called with an incident that could not be stored: its instance is doomed all the same. */
  readonly saw: (doc: Doc<"incident">) => void;
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly lookUp: (doc: Doc<"incident">, depth: "act" | "tell", deadline: Ms) => Promise<void>;
  /** Searches target groups that no group and no service leads to. */
  readonly lookAround: (doc: Doc<"incident">, deadline: Ms) => Promise<unknown>;
  readonly find: FindResponder;
  readonly isSafe: (step: Step) => boolean;
  readonly run: (doc: Doc, step: Step) => Promise<Finished>;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
  /** Sends an alert at once, without an outbox. Returns whether anybody was told. */
  readonly tell: (doc: Doc<"incident">, facts: Facts, why: string) => Promise<boolean>;
  readonly ledger: Pick<Ledger, "load" | "commit" | "list">;
}

export interface Degraded {
  /** Handles a signal that could not be stored: safe effects, the wait for tasks, and an alert, each once in this process. */
  handle(signal: Signal, why: Error): Promise<void>;
  /** Returns what an incident of the subject must know when it opens: that something was done for it before. */
  hintsOf(subject: string): Params;
  /** Called when the incident is stored: writes what was done meanwhile, and flags the incident as at-least-once. */
  recovered(doc: Doc<"incident">): Promise<void>;
}

interface Remembered {
  /** The subject's incidents, as the ledger has them and with what was heard since; null before the first signal. */
  incidents: readonly Doc<"incident">[] | null;
  /** The responder of each step that is done, by the step's id. */
  readonly done: Map<string, string>;
  /** The signals whose effects are in progress. */
  readonly acting: Set<Promise<unknown>>;
  /** Whether what was done is being written now. */
  isWriting: boolean;
  /** Ids of waits that run now. */
  readonly waiting: Set<string>;
  readonly entries: Omit<Entry, "key">[];
  /** The threat of the last alert. */
  reported: Threat | null;
}

/** The step machine writes to the same incident meanwhile. */
const MOST_TRIES = 10;

/** Creates the handling without a ledger: draining first, the alert second, recording later. */
export function createDegraded(deps: DegradedDeps): Degraded {
  // `maxSize` instead of `max`, which would allocate space for all entries at once.
  const remembered = new LRUCache<string, Remembered>({
    maxSize: MOST_SUBJECTS,
    sizeCalculation: () => 1,
    ttl: REMEMBERED,
    perf: deps.clock,
  });

  const memoryOf = (subject: string): Remembered => {
    const had = remembered.get(subject);
    if (had !== undefined) return had;
    const made: Remembered = {
      incidents: null,
      done: new Map(),
      acting: new Set(),
      isWriting: false,
      waiting: new Set(),
      entries: [],
      reported: null,
    };
    remembered.set(subject, made);
    return made;
  };

  return {
    async handle(signal, why) {
      const memory = memoryOf(signal.subject.id);
      const acting = actOn(signal, why, memory);
      memory.acting.add(acting);
      const begun = await acting.finally(() => memory.acting.delete(acting));
      if (begun !== null) await Promise.all([begun.reporting, waitOut(begun.key, memory)]);
    },
    hintsOf(subject) {
      const memory = remembered.get(subject);
      return memory === undefined || memory.done.size === 0 ? {} : ACTED;
    },
    async recovered(doc) {
      const memory = remembered.get(doc.body.subject.id);
      if (memory === undefined || memory.isWriting) return;
      memory.isWriting = true;
      try {
        while (await write(doc, memory)) {
          if (memory.acting.size === 0 && memory.entries.length === 0)
            return void remembered.delete(doc.body.subject.id);
          // An effect in progress is ours to undo, too.
          await Promise.allSettled(memory.acting);
        }
      } finally {
        memory.isWriting = false;
      }
    },
  };

  /**
   * Writes what was done since the last time. Returns false if it could not be stored: the next signal of this incident
   * tries again, and the notes are kept until they are written.
   */
  async function write(doc: Doc<"incident">, memory: Remembered): Promise<boolean> {
    const notes = memory.entries.splice(0);
    const done = [...memory.done.values()].map((responder) => ({ responder, state: "done" as const }));
    const flagged = [
      "at-least-once: the ledger was away",
      ...[...memory.done.keys()].map(doneUnrecorded),
      ...(wasEmptied(done, deps.find) ? [DRAINED_UNRECORDED] : []),
    ];
    let isStored = false;
    try {
      for (let tries = 0; tries < MOST_TRIES && !isStored; tries++) {
        const current = await deps.ledger.load(doc.key, "incident");
        if (current === null) break;
        const body = { ...current.body, flagged: [...new Set([...current.body.flagged, ...flagged])] };
        const entries = notes.map((entry) => ({ ...entry, key: doc.key }));
        isStored = (await deps.ledger.commit([{ ...current, body }], entries)) !== "conflict";
      }
      return isStored;
    } finally {
      if (!isStored) memory.entries.unshift(...notes);
    }
  }

  /**
   * Runs the effects for a signal, and begins to send an alert. Returns the key of its incident; null if it concerns
   * none. The alert is not awaited: a channel may take minutes.
   */
  async function actOn(
    signal: Signal,
    why: Error,
    memory: Remembered,
  ): Promise<{ readonly key: Key; readonly reporting: Promise<void> | null } | null> {
    const before = memory.incidents ?? (await known(signal));
    memory.incidents ??= before;
    const made = correlate(memory.incidents, signal, deps.clock.now());
    if (made === null) return null;
    const { doc } = made;
    memory.incidents = [doc, ...memory.incidents.filter(({ key }) => key !== doc.key)];
    deps.saw(doc);
    if (!deps.factsOf(doc).complete || isOld(doc.body)) await deps.lookUp(doc, "act", deps.clock.now() + 10_000);
    await act(doc, memory);
    // Only now the services' targets are known, if the inventory did not have them.
    await deps.lookUp(doc, "tell", deps.clock.now() + LOOK_CLOSER_WITHIN);
    const acting = act(doc, memory);
    const facts = deps.factsOf(doc);
    // A notice about an earlier life of the instance (a replay of yesterday's) reports nothing that will come true.
    const isNews = memory.reported !== threatOf(doc.body) && !isOutdated(withLife(doc.body, facts));
    const reporting = isNews ? report(doc, facts, why, memory) : null;
    // Handled when it is awaited by the caller, which may be after it has failed.
    reporting?.catch(() => {});
    await acting;
    await deps.lookAround(doc, deps.clock.now() + LOOK_AROUND_WITHIN);
    await act(doc, memory);
    return { key: doc.key, reporting };
  }

  /** Reports it. If nobody was told, the message is reported when it comes again: until then a reason may have ended. */
  async function report(doc: Doc<"incident">, facts: Facts, why: Error, memory: Remembered): Promise<void> {
    const threat = threatOf(doc.body);
    memory.reported = threat;
    const told = await deps.tell(doc, facts, why.message);
    if (!told && memory.reported === threat) memory.reported = null;
  }

  /** Reads the subject's incidents; returns none if the ledger does not answer soon. */
  async function known({ subject }: Signal): Promise<readonly Doc<"incident">[]> {
    const listed = deps.ledger.list(`subject#${subject.id}`).catch(() => null);
    const items = (await answerWithin(deps.clock, listed, READ_WITHIN))?.value?.items ?? [];
    return items.filter((doc) => doc.kind === "incident");
  }

  /** Returns the plan's safe steps of a nature that have not run yet, without those that the stored incident has. */
  function planned(doc: Doc<"incident">, nature: Nature, memory: Remembered): readonly Step[] {
    const plan = decide(doc.body, deps.factsOf(doc), deps.policy());
    const begun = new Set(doc.body.steps.map(({ id }) => id));
    return plan.mode === "act"
      ? plan.steps.map(fresh).filter((step) => !begun.has(step.id) && mayRun(step, nature, memory))
      : [];
  }

  function mayRun(step: Step, nature: Nature, memory: Remembered): boolean {
    const responder = deps.find(step.responder);
    return (
      deps.isSafe(step) &&
      responder?.nature === nature &&
      responder.withoutLedger &&
      (step.notBefore ?? 0) <= deps.clock.now() &&
      !memory.done.has(step.id)
    );
  }

  /** Runs the effects of the plan that have not run yet. */
  async function act(doc: Doc<"incident">, memory: Remembered): Promise<void> {
    await Promise.all(planned(doc, "acts", memory).map((step) => runOne(doc, step, memory)));
  }

  function newest(key: Key, { incidents }: Remembered): Doc<"incident"> | undefined {
    return incidents?.find((doc) => doc.key === key);
  }

  /** Runs the plan's waits to their end, each once at a time: tasks that nothing else stops are stopped in time. */
  async function waitOut(key: Key, memory: Remembered): Promise<void> {
    const doc = newest(key, memory);
    const steps = doc === undefined ? [] : planned(doc, "waits", memory).filter(({ id }) => !memory.waiting.has(id));
    for (const { id } of steps) memory.waiting.add(id);
    await Promise.all(steps.map((step) => runToEnd(key, step, memory).finally(() => memory.waiting.delete(step.id))));
  }

  /**
   * Runs a wait again and again until it is done, its budget is over, or the ledger has the incident. Each time the plan is
   * made anew: a later signal may bring the deadline nearer.
   */
  async function runToEnd(key: Key, begun: Step, memory: Remembered): Promise<void> {
    const doc = newest(key, memory);
    const plan = doc === undefined ? [] : planned(doc, "waits", memory);
    const now = plan.find(({ id }) => id === begun.id);
    if (doc === undefined || now === undefined) return;
    const { attempts, startedAt, receipt } = begun;
    const step = { ...now, attempts, startedAt, receipt };
    const finished = await runOne(doc, step, memory);
    const at = deps.clock.now();
    const [after] = apply({ ...doc, body: { ...doc.body, steps: [step], owed: [] } }, finished, at).doc.body.steps;
    if (after === undefined || isSettled(after) || overdue(after, at)) return;
    await deps.clock.sleep(Math.max(0, (after.retryAt ?? at) - at), deps.stopping).catch(() => {});
    if (deps.stopping.aborted || remembered.get(doc.body.subject.id) !== memory) return;
    return runToEnd(key, after, memory);
  }

  async function runOne(doc: Doc<"incident">, step: Step, memory: Remembered): Promise<Finished> {
    const finished = await deps.run(doc, step);
    const at = deps.clock.now();
    const done = "result" in finished && finished.result.is === "done";
    if (done) memory.done.set(step.id, step.responder);
    if ("result" in finished && finished.result.is === "wait") return finished;
    const how = "failure" in finished ? finished.failure.reason : finished.result.is;
    const data = { step: step.id, responder: step.responder, state: done ? "done" : "failed" };
    memory.entries.push({ at, kind: "note", text: `without the ledger: ${finished.title}: ${how}`, data });
    return finished;
  }
}
