import type { Clock } from "../clock.ts";
import type { Heard, Notice } from "../notice.ts";
import type { Budgets, Keeps } from "./budgets.ts";
import { planFor, type Limits } from "./plan.ts";
import type { Phase } from "./phases.ts";
import type { Registry } from "./registry.ts";
import type { PhaseReport, Report } from "./report.ts";
import { type DrainRun, runDrain } from "./run-drain.ts";

export interface DrainerOptions {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly budgets: Budgets;
  /** What `finish` keeps where time is short; half of it, unless told otherwise. */
  readonly keeps?: Keeps | undefined;
  /** Whether somebody asks for the health, so that being unready takes its time. */
  readonly holds: () => boolean;
  /** Hears of errors that nobody caught, until the returned function is called. */
  readonly catchUncaught: (hear: (error: unknown) => void) => () => void;
  readonly onStart: (reason: Notice) => void;
  readonly onPhase: (phase: Phase) => void;
  readonly onEnd: (report: Report) => void;
}

/** `asleep`: what hibernation leaves time for is done; the process is about to be frozen, and may wake up. */
export type DrainState = "running" | "draining" | "asleep" | "drained";

export interface Drainer {
  readonly state: () => DrainState;
  /** The reason of the drain that runs, or of the last one. */
  readonly reason: () => Notice | null;
  readonly phases: () => readonly PhaseReport[];
  /** Drains, once: asked again it gives the same promise, and the earlier end counts. Never rejects. */
  drain(heard: Heard): Promise<Report>;
  /** The notice is gone. Whether all was taken up again; if not, the drain goes on. */
  cancel(): Promise<boolean>;
}

export function createDrainer(options: DrainerOptions): Drainer {
  const { clock, limits } = options;
  let run: DrainRun | null = null;
  let state: DrainState = "running";
  let report: Promise<Report> | null = null;

  const start = (heard: Heard): Promise<Report> => {
    const { end, phases: planned } = planFor(heard, clock.now(), limits);
    state = "draining";
    const mine = runDrain({ ...options, heard, end, planned });
    run = mine;
    options.onStart(heard.notice);
    return mine.done.then((result) => {
      state = result.outcome === "cancelled" ? "running" : heard.notice.action === "hibernate" ? "asleep" : "drained";
      if (state === "running") report = null;
      options.onEnd(result);
      return result;
    });
  };
  /** What hibernation saved is no end: whatever comes next (a stop after all) has the whole way to go. */
  const continues = (heard: Heard): boolean =>
    run?.heard.notice.action === "hibernate" && heard.notice.action !== "hibernate";

  return {
    state: () => state,
    reason: () => run?.heard.notice ?? null,
    phases: () => run?.phases() ?? [],
    drain(heard) {
      if (report === null) report = start(heard);
      else if (continues(heard)) report = state === "asleep" ? start(heard) : report.then(() => start(heard));
      else if (state === "draining") run?.shorten(planFor(heard, clock.now(), limits).end);
      return report;
    },
    async cancel() {
      if (run === null || report === null) return false;
      const resumed = await run.cancel();
      if (resumed && state !== "draining") {
        state = "running";
        report = null;
      }
      return resumed;
    },
  };
}
