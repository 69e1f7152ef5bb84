import type { Ms } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Emitter } from "../events.ts";
import { type Heard, iso, type Notice } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Keeps, shareOf } from "./budgets.ts";
import { gentlePhases, type Phase, phases } from "./phases.ts";
import { hibernates, passes, type Plan } from "./plan.ts";
import type { Registry } from "./registry.ts";
import type { HandlerReport, PhaseReport, Report } from "./report.ts";
import { createRunner, type Poke, type Run } from "./run-handler.ts";

/** `asleep`: what hibernation leaves time for is done; the process is about to be frozen, and may wake up. */
export type DrainState = "running" | "draining" | "asleep" | "drained";

export interface Drainer {
  readonly state: () => DrainState;
  /** The reason of the drain that runs, or of the last one; null: all is well. */
  readonly reason: () => Notice | null;
  /** Those of the drain that runs, or of the last one. */
  readonly phases: () => readonly PhaseReport[];
  /** Drains, once: asked again it gives the same promise, and the earlier end counts. Never rejects. */
  drain(heard: Heard): Promise<Report>;
  /** The notice is gone. Whether all was taken up again; if not, the drain goes on. */
  cancel(): Promise<boolean>;
}

/** How far a phase is that has begun. */
interface Progress extends PhaseReport {
  state: PhaseReport["state"];
  budget: Ms;
  ms: Ms;
  readonly handlers: HandlerReport[];
}

const entry = (phase: Phase, state: PhaseReport["state"]): Progress => ({
  phase,
  state,
  budget: 0,
  ms: 0,
  handlers: [],
});

/** What is drained for: one notice, and what others that joined it make of it. */
interface Due {
  notice: Notice;
  /** When the capacity goes, and when all is to be over. */
  deadline: Ms;
  end: Ms;
  /** Somebody asked for it, and nobody takes that back. From hibernation a process wakes up whoever asked. */
  asked: boolean;
}

const join = (one: Due, other: Due): void => {
  one.deadline = Math.min(one.deadline, other.deadline);
  one.end = Math.min(one.end, other.end);
  one.asked ||= other.asked;
};

/**
 * Goes through the phases, once for each notice that is not called off.
 *
 * @param exit whether the process ends after a drain
 * @param keeps what `finish` keeps where time is short
 */
export const createDrainer = (
  host: Host,
  { of, want }: Registry,
  endOf: Plan,
  emit: Emitter["emit"],
  exit: boolean,
  keeps?: Keeps,
): Drainer => {
  const { clock, process } = host;
  let state: DrainState = "running";
  let due: Due | undefined;
  let report: Promise<Report> | undefined;
  /** The phases that have begun, and those that are not over. */
  let begun: Progress[] = [];
  let coming: readonly Phase[] = [];
  /** What has begun since all was running last, in this drain or one before it that gave way: there is that to take up. */
  const stopped = new Set<Phase>();
  let run: Run;
  let poke: Poke;
  let unfinished: string[];
  /** The phase that runs, and since when. */
  let now: Progress | undefined;
  let from = 0;
  let current: Promise<unknown> | undefined;
  let resumed: Promise<boolean> | undefined;
  /** What is drained for when this drain has given way. */
  let next: Due | undefined;

  const share = (one: Progress): void => {
    one.budget = shareOf(one.phase, coming, want, (due?.end ?? 0) - from, keeps);
    poke();
  };
  const runPhase = async (phase: Phase): Promise<void> => {
    const one = entry(phase, "running");
    const { handlers } = one;
    from = clock.now();
    begun.push(one);
    stopped.add(phase);
    now = one;
    share(one);
    emit("phase", phase);
    const until =
      (own = Infinity) =>
      () =>
        from + Math.min(one.budget, own);
    await Promise.all([
      // It lasts as long as its budget even if all handlers are done: what it waits for happens elsewhere.
      phase === "unready" && run(phase, ({ wait }) => wait(Infinity), until(), 0),
      ...of(phase).map(async ({ name, drain, budget }) => {
        const done = await run(name, drain[phase], until(budget));
        handlers.push(done);
        if (done.outcome !== "done") unfinished.push(`${name} (${phase})`);
      }),
    ]);
    one.ms = clock.now() - from;
    one.state = "done";
    now = undefined;
  };
  const resume = async (): Promise<boolean> => {
    await current;
    const parts = [...new Set([...stopped].flatMap(of))];
    const all = (): Promise<unknown> => Promise.all(parts.map(async ({ drain }) => drain.resume?.()));
    // The notice is gone, so nothing presses.
    const until = clock.now() + 10_000;
    const done = (await run("resume", all, () => until)).outcome === "done";
    if (done) stopped.clear();
    if (state !== "draining") {
      resumed = undefined;
      if (done) state = "running";
    }
    return done;
  };
  /** Drains for what was heard meanwhile, unless all is over by then: it came too late to be called off, or to wake up. */
  const then = async (before: Promise<Report>, after: Due): Promise<Report> => {
    const done = await before;
    await resumed;
    if (next !== after) {
      // It was called off as well.
      if (state === "draining" && !next) state = "running";
      return done;
    }
    next = undefined;
    return state === "drained" ? done : start(after);
  };
  /** Runs the phases. Whether the notice was called off meanwhile; null: it was not. */
  const goThrough = async (notice: Notice): Promise<boolean | null> => {
    begun = [];
    unfinished.length = 0;
    coming = hibernates(notice) ? gentlePhases : phases;
    for (const phase of coming) {
      // Asked for anew at each phase: what one leaves over is there for the next, and a handler may come late.
      if (want(phase) > 0 && !resumed) await (current = runPhase(phase));
      coming = coming.slice(1);
    }
    const all = (await resumed) ?? null;
    current = resumed = undefined;
    return all;
  };
  const start = async (its: Due): Promise<Report> => {
    const { notice } = its;
    const began = clock.now();
    const startedAt = iso(clock.wall());
    const uncaught: string[] = [];
    const hear = (error: unknown): void => void uncaught.push(messageOf(error));
    state = "draining";
    due = its;
    unfinished = [];
    [run, poke] = createRunner(clock, notice, unfinished);
    begun = [];
    emit("draining", notice);
    // Nothing begins before the caller has what it asked for.
    await Promise.resolve();
    // Promises whose rejection nobody handles come here too (https://nodejs.org/api/cli.html#--unhandled-rejectionsmode).
    process.on("uncaughtException", hear);
    // Without this an application that has closed everything would end before its checkpoints are written.
    const release = clock.setTimer(its.end, () => {}, true);
    let cancelled: boolean | null;
    // Where not all could be taken up again, nobody knows what still works, and some of it does: all of it stops anew.
    while ((cancelled = await goThrough(notice)) === false);
    release();
    process.off("uncaughtException", hear);
    const result: Report = {
      outcome: cancelled ? "cancelled" : unfinished.length + uncaught.length > 0 ? "cut-off" : "drained",
      reason: notice,
      startedAt,
      ms: clock.now() - began,
      margin: its.deadline < Infinity ? its.deadline - clock.now() : null,
      phases: begun,
      uncaught,
    };
    // Where another drain follows at once nobody begins one in between.
    if (!cancelled) state = hibernates(notice) ? "asleep" : "drained";
    else if (!next) state = "running";
    emit("drained", result);
    // A turn later, so that whoever asked is answered, and warnings are written.
    if (exit && state === "drained")
      clock.setTimer(clock.now(), () => host.process.exit(uncaught.length ? 1 : 0), true);
    return result;
  };

  return {
    state: () => state,
    reason: () => (state === "running" ? null : (due?.notice ?? null)),
    phases() {
      if (now) now.ms = clock.now() - from;
      const state = (phase: Phase) => (coming.includes(phase) ? "waiting" : "skipped");
      return structuredClone(
        (due ? phases : []).map((phase) => begun.find((one) => one.phase === phase) ?? entry(phase, state(phase))),
      );
    },
    drain(heard) {
      const { notice, deadline } = heard;
      const byHand = /request|drill/.test(notice.kind);
      const asked = byHand && !hibernates(notice);
      const its: Due = { notice, deadline, end: endOf(heard), asked };
      const begins =
        !next &&
        (state === "running" ||
          (state === "drained" && due?.notice.kind === "drill") ||
          // Hibernation once more, or a drill.
          (state === "asleep" && !resumed && passes(notice)));
      if (!report || !due || begins) {
        report = start(its);
        return report;
      }
      // Nobody tries out what happens for real right now.
      if (byHand && passes(notice) && !passes(due.notice)) return report;
      const gives = passes(due.notice) && !passes(notice);
      if (next) {
        // Hibernation's two seconds are no bound for what follows on it.
        if (passes(next.notice) && !passes(notice))
          [next.notice, next.end, next.deadline] = [notice, its.end, deadline];
        join(next, its);
      } else if (resumed || gives) {
        next = its;
        report = then(report, next);
        // A drill gives way at once; hibernation is about to be over by itself.
        if (state === "draining" && due.notice.kind === "drill" && gives) {
          poke(true);
          resumed ??= Promise.resolve(true);
        }
      }
      join(due, { ...its, asked: asked && !next });
      if (now) share(now);
      return report;
    },
    async cancel() {
      // What stands no longer is not drained for later either; and a drill that gave way to it begins anew.
      if (next && !next.asked) {
        next = undefined;
        if (due?.notice.kind === "drill" && resumed) resumed = Promise.resolve(false);
      }
      if (!due || due.asked || state === "running") return false;
      // What is closed stays closed, and saving and telling stop nothing.
      const stuck = [...stopped].some((phase) =>
        of(phase).some(({ drain }) => /close|exit/.test(phase) || !(drain.resume ?? gentlePhases.includes(phase))),
      );
      if (stuck) return false;
      if (!resumed) {
        poke(true);
        resumed = resume();
      }
      return resumed;
    },
  };
};
