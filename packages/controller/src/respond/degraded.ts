import { LRUCache } from "lru-cache";
import { correlate } from "../correlate/correlate.ts";
import { decide } from "../decide/decide.ts";
import { isOld } from "../decide/outdated.ts";
import type { Policy } from "../decide/policy.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Step } from "../model/step.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Signal } from "../model/signal.ts";
import type { Finished } from "./machine/apply.ts";
import type { FindResponder } from "./responder.ts";
import { fresh } from "./machine/steps.ts";
import { doneUnrecorded } from "./incident/undo.ts";

/** Maximum number of subjects that are remembered while the ledger is unavailable; more than a storm has. */
const MOST_SUBJECTS = 20_000;
const REMEMBERED: Ms = 1_800_000;
/** Time limit of the reads for the alert. */
const LOOK_CLOSER_WITHIN: Ms = 3_000;
const LOOK_AROUND_WITHIN: Ms = 20_000;

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
  /** Sends an alert at once, without an outbox. */
  readonly tell: (doc: Doc<"incident">, facts: Facts, why: string) => Promise<void>;
  readonly ledger: Pick<Ledger, "load" | "commit">;
}

export interface Degraded {
  /** Handles a signal that could not be stored: safe effects and an alert, each once in this process. */
  handle(signal: Signal, why: Error): Promise<void>;
  /** Called when the incident is stored: writes what was done meanwhile, and flags the incident as at-least-once. */
  recovered(doc: Doc<"incident">): Promise<void>;
}

interface Remembered {
  readonly done: Set<string>;
  readonly entries: Omit<Entry, "key">[];
  told: boolean;
}

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
    const made: Remembered = { done: new Set(), entries: [], told: false };
    remembered.set(subject, made);
    return made;
  };

  return {
    async handle(signal, why) {
      const made = correlate([], signal, deps.clock.now());
      if (made === null) return;
      const { doc } = made;
      deps.saw(doc);
      const memory = memoryOf(signal.subject.id);
      if (!deps.factsOf(doc).complete || isOld(doc.body)) await deps.lookUp(doc, "act", deps.clock.now() + 10_000);
      const isTold = memory.told;
      memory.told = true;
      await act(doc, deps.factsOf(doc), memory);
      // Only now the services' targets are known, if the inventory did not have them.
      await deps.lookUp(doc, "tell", deps.clock.now() + LOOK_CLOSER_WITHIN);
      const facts = deps.factsOf(doc);
      await Promise.all([act(doc, facts, memory), isTold ? undefined : deps.tell(doc, facts, why.message)]);
      await deps.lookAround(doc, deps.clock.now() + LOOK_AROUND_WITHIN);
      await act(doc, deps.factsOf(doc), memory);
    },
    async recovered(doc) {
      const memory = remembered.get(doc.body.subject.id);
      if (memory === undefined) return;
      const ours = [...memory.done].map(doneUnrecorded);
      const flagged = [...new Set([...doc.body.flagged, "at-least-once: the ledger was away", ...ours])];
      const entries = memory.entries.map((entry) => ({ ...entry, key: doc.key }));
      const current = await deps.ledger.load(doc.key, "incident");
      if (current === null) return;
      const stored = await deps.ledger.commit([{ ...current, body: { ...current.body, flagged } }], entries);
      // On a conflict the next signal of this incident tries again; the notes are kept until they are written.
      if (stored !== "conflict") remembered.delete(doc.body.subject.id);
    },
  };

  /** Runs the safe steps of the plan that have not run yet. */
  async function act(doc: Doc<"incident">, facts: Facts, memory: Remembered): Promise<void> {
    const plan = decide(doc.body, facts, deps.policy());
    const steps = plan.mode === "act" ? plan.steps.map(fresh).filter((step) => mayRun(step, memory)) : [];
    await Promise.all(steps.map((step) => runOne(doc, step, memory)));
  }

  function mayRun(step: Step, memory: Remembered): boolean {
    const responder = deps.find(step.responder);
    return (
      deps.isSafe(step) &&
      responder?.nature === "acts" &&
      responder.withoutLedger &&
      (step.notBefore ?? 0) <= deps.clock.now() &&
      !memory.done.has(step.id)
    );
  }

  async function runOne(doc: Doc<"incident">, step: Step, memory: Remembered): Promise<void> {
    const finished = await deps.run(doc, step);
    const at = deps.clock.now();
    const done = "result" in finished && finished.result.is === "done";
    if (done) memory.done.add(step.id);
    const how = "failure" in finished ? finished.failure.reason : finished.result.is;
    const data = { step: step.id, responder: step.responder, state: done ? "done" : "failed" };
    memory.entries.push({ at, kind: "note", text: `without the ledger: ${finished.title}: ${how}`, data });
  }
}
