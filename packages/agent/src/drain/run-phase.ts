import { type Clock, type Ms, pause } from "../clock.ts";
import type { Notice } from "../notice.ts";
import type { DrainHandler, Phase } from "./phases.ts";
import { runHandler } from "./run-handler.ts";
import type { HandlerReport, PhaseReport } from "./report.ts";

export interface PhaseHandler {
  readonly name: string;
  readonly handler: DrainHandler;
  /** Milliseconds at most; null: as long as the phase. */
  readonly budget: Ms | null;
}

export interface PhaseTask {
  readonly phase: Phase;
  readonly handlers: readonly PhaseHandler[];
  readonly budget: Ms;
  /** It lasts as long as its budget even if all handlers are done: what it waits for happens elsewhere. */
  readonly hold: boolean;
  readonly reason: Notice;
  readonly unfinished: readonly string[];
}

export interface RunningPhase {
  /** Never rejects. */
  readonly done: Promise<PhaseReport>;
  /** The phase has less time than was thought, from its beginning. */
  shorten(budget: Ms): void;
  /** Aborts every handler and the hold; they still have a little time to end. */
  abort(): void;
  readonly report: () => PhaseReport;
}

/** Runs the handlers of one phase side by side. None holds up another, and none is waited for beyond its time. */
export function runPhase(clock: Clock, task: PhaseTask): RunningPhase {
  const { phase, handlers, hold, reason, unfinished } = task;
  const began = clock.now();
  const finished: HandlerReport[] = [];
  let budget = task.budget;
  let state: PhaseReport["state"] = "running";
  let holding = new AbortController();

  const untilOf = (own: Ms | null): Ms => began + Math.min(budget, own ?? budget);
  const running = handlers.map(({ name, handler, budget: own }) => ({
    own,
    handler: runHandler(clock, { name, handler, until: untilOf(own), reason, unfinished }),
  }));

  const held = async (): Promise<void> => {
    for (let waiting = hold; waiting;) {
      const mine = holding;
      await pause(clock, began + budget - clock.now(), mine.signal);
      waiting = mine.signal.aborted && mine !== holding;
    }
  };
  const report = (): PhaseReport => ({ phase, state, budget, ms: clock.now() - began, handlers: [...finished] });
  const run = async (): Promise<PhaseReport> => {
    await Promise.all([held(), ...running.map(async (one) => finished.push(await one.handler.done))]);
    state = "done";
    return report();
  };

  return {
    done: run(),
    report,
    shorten(to) {
      if (to >= budget) return;
      budget = to;
      for (const { own, handler } of running) handler.move(untilOf(own));
      const before = holding;
      holding = new AbortController();
      before.abort();
    },
    abort() {
      holding.abort();
      for (const { handler } of running) handler.abort();
    },
  };
}
