import type { Ms } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Emitter } from "../events.ts";
import { type Heard, iso } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Keeps, shareOf } from "./budgets.ts";
import { gentlePhases, type Phase, phases } from "./phases.ts";
import { hibernates } from "./plan.ts";
import type { Registry } from "./registry.ts";
import type { HandlerReport, PhaseReport, Report } from "./report.ts";
import { runHandler, type Scope } from "./run-handler.ts";

export interface DrainRun {
  /** Never rejects. */
  readonly done: Promise<Report>;
  readonly phases: () => readonly PhaseReport[];
  /** All is to be over at another instant; the earlier one counts. */
  shorten(end: Ms): void;
  /** The notice is gone. Whether all was taken up again; if not, the drain goes on. */
  cancel(): Promise<boolean>;
}

/** How far a phase is. */
interface Progress {
  readonly phase: Phase;
  state: PhaseReport["state"];
  budget: Ms;
  ms: Ms;
  readonly handlers: HandlerReport[];
}

/** Taking up again what was stopped gets this long; the notice is gone, so nothing presses. */
const RESUME: Ms = 10_000;

/**
 * One way through the phases.
 *
 * @param latest the instant at which all is over
 * @param keeps what `finish` keeps where time is short
 */
export function runDrain(
  { clock, process }: Host,
  { notice: reason, deadline }: Heard,
  latest: Ms,
  { of, want }: Registry,
  keeps: Keeps | undefined,
  emit: Emitter["emit"],
): DrainRun {
  const began = clock.now();
  const startedAt = iso(clock.wall());
  const uncaught: string[] = [];
  const unfinished: string[] = [];
  const scope: Scope = { clock, reason, unfinished, running: new Set() };
  const progress = phases.map((phase): Progress => ({
    phase,
    state: hibernates(reason) && !gentlePhases.includes(phase) ? "skipped" : "waiting",
    budget: 0,
    ms: 0,
    handlers: [],
  }));
  let end = latest;
  let now: Progress | undefined;
  let from = began;
  let current: Promise<unknown> | null = null;
  let resumed: Promise<boolean> | null = null;

  const phasesIn = (states: RegExp): readonly Phase[] =>
    progress.filter(({ state }) => states.test(state)).map(({ phase }) => phase);
  const poke = (abort?: boolean): void => scope.running.forEach((look) => look(abort));
  const share = (one: Progress): void => {
    one.budget = shareOf(one.phase, phasesIn(/waiting|running/), want, end - from, keeps);
    poke();
  };
  const runPhase = async (one: Progress): Promise<void> => {
    const { phase, handlers } = one;
    from = clock.now();
    one.state = "running";
    share(one);
    emit("phase", phase);
    await Promise.all([
      // It lasts as long as its budget even if all handlers are done: what it waits for happens elsewhere.
      phase === "unready" &&
        runHandler(
          scope,
          phase,
          ({ wait }) => wait(Infinity),
          () => from + one.budget,
          0,
        ),
      ...of(phase).map(async ({ name, drainable, budget = Infinity }) => {
        const report = await runHandler(scope, name, drainable[phase], () => from + Math.min(one.budget, budget));
        handlers.push(report);
        if (report.outcome !== "done") unfinished.push(`${name} (${phase})`);
      }),
    ]);
    one.ms = clock.now() - from;
    one.state = "done";
  };
  const run = async (): Promise<Report> => {
    const hear = (error: unknown): void => void uncaught.push(messageOf(error));
    // Nothing begins before the caller has what it asked for.
    await Promise.resolve();
    // Promises whose rejection nobody handles come here too (https://nodejs.org/api/cli.html#--unhandled-rejectionsmode).
    process.on("uncaughtException", hear);
    // Without this an application that has closed everything would end before its checkpoints are written.
    const release = clock.setTimer(end, () => {}, true);
    for (now of progress) {
      // Asked for anew at each phase: what one leaves over is there for the next, and a handler may come late.
      if (now.state === "waiting" && want(now.phase) > 0 && !(await resumed)) await (current = runPhase(now));
      else now.state = "skipped";
    }
    const cancelled = await resumed;
    release();
    process.off("uncaughtException", hear);
    return {
      outcome: cancelled ? "cancelled" : unfinished.length + uncaught.length > 0 ? "cut-off" : "drained",
      reason,
      startedAt,
      ms: clock.now() - began,
      margin: deadline < Infinity ? deadline - clock.now() : null,
      phases: progress.filter(({ state }) => state === "done"),
      uncaught,
    };
  };

  return {
    done: run(),
    phases() {
      if (now?.state === "running") now.ms = clock.now() - from;
      return structuredClone(progress);
    },
    shorten(to) {
      end = Math.min(end, to);
      if (now?.state === "running") share(now);
    },
    async cancel() {
      if (resumed) return resumed;
      const begun = phasesIn(/running|done/);
      // What is closed stays closed, and saving and telling stop nothing.
      const stuck = begun.some((phase) =>
        of(phase).some(
          ({ drainable }) => /close|exit/.test(phase) || !(drainable.resume ?? gentlePhases.includes(phase)),
        ),
      );
      if (stuck) return false;
      poke(true);
      resumed = (async () => {
        await current;
        const until = clock.now() + RESUME;
        const parts = [...new Set(begun.flatMap(of))];
        const resume = (): Promise<unknown> => Promise.all(parts.map(async ({ drainable }) => drainable.resume?.()));
        // If one of them failed the drain goes on, since nobody knows what still works.
        return (await runHandler(scope, "resume", resume, () => until)).outcome === "done";
      })();
      return resumed;
    },
  };
}
