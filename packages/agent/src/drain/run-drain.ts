import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Heard } from "../notice.ts";
import { type Budgets, shareOut } from "./budgets.ts";
import type { DrainerOptions } from "./drainer.ts";
import { type Phase, phases } from "./phases.ts";
import { type Registration, wantsOf } from "./registry.ts";
import { cutOff, type PhaseReport, type Report } from "./report.ts";
import { type RunningPhase, runPhase } from "./run-phase.ts";

export interface DrainRunOptions extends DrainerOptions {
  readonly heard: Heard;
  /** The instant at which all is over. */
  readonly end: Ms;
  readonly planned: readonly Phase[];
}

export interface DrainRun {
  readonly heard: Heard;
  /** Never rejects. */
  readonly done: Promise<Report>;
  readonly phases: () => readonly PhaseReport[];
  shorten(end: Ms): void;
  cancel(): Promise<boolean>;
}

/** Taking up again what was stopped gets this long; the notice is gone, so nothing presses. */
const RESUME: Ms = 10_000;

/** One way through the phases. */
export function runDrain(options: DrainRunOptions): DrainRun {
  const { clock, registry, heard, planned, budgets, holds, catchUncaught, onPhase } = options;
  const began = clock.now();
  const startedAt = new Date(clock.wall()).toISOString();
  const reports: PhaseReport[] = [];
  const uncaught: string[] = [];
  let end = options.end;
  let current: { readonly running: RunningPhase; readonly began: Ms; readonly wants: Budgets } | null = null;
  let resumed: Promise<boolean> | null = null;
  let over = false;

  const shareOf = (phase: Phase, wants: Budgets, from: Ms): Ms =>
    shareOut(wants, end - from, options.keeps)[phase] ?? 0;
  const remainingFrom = (phase: Phase): readonly Phase[] =>
    planned.filter((one) => phases.indexOf(one) >= phases.indexOf(phase));

  const through = async (): Promise<void> => {
    for (const phase of planned) {
      // Asked for anew at each phase: what one leaves over is there for the next, and a handler may come late.
      const wants = wantsOf(registry, budgets, remainingFrom(phase), holds());
      if (wants[phase] === undefined) continue;
      const from = clock.now();
      const unfinished = unfinishedOf(reports);
      const task = { phase, handlers: registry.of(phase), budget: shareOf(phase, wants, from), unfinished };
      onPhase(phase);
      const running = runPhase(clock, { ...task, hold: phase === "unready", reason: heard.notice });
      current = { running, began: from, wants };
      reports.push(await running.done);
      current = null;
      if (resumed !== null && (await resumed)) return;
    }
  };
  const run = async (): Promise<Report> => {
    // Nothing begins before the caller has what it asked for.
    await Promise.resolve();
    const release = catchUncaught((error) => void uncaught.push(messageOf(error)));
    // Without this an application that has closed everything would end before its checkpoints are written.
    const cancelHold = clock.setTimer(end, () => {}, true);
    try {
      await through();
    } finally {
      release();
      cancelHold();
      over = true;
    }
    const cancelled = resumed !== null && (await resumed);
    const margin = heard.deadline === null ? null : heard.deadline - clock.now();
    return {
      outcome: cancelled ? "cancelled" : cutOff(reports) || uncaught.length > 0 ? "cut-off" : "drained",
      reason: heard.notice,
      startedAt,
      ms: clock.now() - began,
      margin,
      phases: [...reports],
      uncaught: [...uncaught],
    };
  };
  const begun = (): ReadonlySet<Phase> =>
    new Set([...reports, ...(current === null ? [] : [current.running.report()])].map(({ phase }) => phase));

  return {
    heard,
    done: run(),
    phases: () => [
      ...reports,
      ...(current === null ? [] : [current.running.report()]),
      ...phases
        .filter((phase) => !begun().has(phase))
        .map((phase) => notBegun(phase, !over && planned.includes(phase))),
    ],
    shorten(to) {
      if (to >= end) return;
      end = to;
      if (current === null) return;
      const { running, began: from, wants } = current;
      running.shorten(shareOf(running.report().phase, wants, from));
    },
    cancel() {
      if (resumed !== null) return resumed;
      const parts = registry.all().filter(({ drainable }) => hasRun(drainable, begun()));
      if (!parts.every(({ drainable }) => canResume(drainable, begun()))) {
        return Promise.resolve(false);
      }
      resumed = (current?.running.done ?? Promise.resolve()).then(() => resumeAll(clock, parts));
      current?.running.abort();
      return resumed;
    },
  };
}

const unfinishedOf = (reports: readonly PhaseReport[]): readonly string[] =>
  reports.flatMap(({ phase, handlers }) =>
    handlers.filter(({ outcome }) => outcome !== "done").map(({ name }) => `${name} (${phase})`),
  );

const hasRun = (drainable: Registration["drainable"], begun: ReadonlySet<Phase>): boolean =>
  phases.some((phase) => begun.has(phase) && drainable[phase] !== undefined);

/** Saving and telling stop nothing, and being unready ends with the drain. */
const harmless: readonly Phase[] = ["unready", "save", "callbacks"];
/** What is closed stays closed. */
const final: readonly Phase[] = ["close", "exit"];

function canResume(drainable: Registration["drainable"], begun: ReadonlySet<Phase>): boolean {
  const ran = phases.filter((phase) => drainable[phase] !== undefined && begun.has(phase));
  if (ran.some((phase) => final.includes(phase))) return false;
  return drainable.resume !== undefined || ran.every((phase) => harmless.includes(phase));
}

/** False if one of them failed: then the drain goes on, since nobody knows what still works. */
async function resumeAll(clock: Clock, parts: readonly Registration[]): Promise<boolean> {
  const enough = new AbortController();
  try {
    const all = Promise.allSettled(parts.map(async ({ drainable }) => drainable.resume?.()));
    const results = await Promise.race([all, pause(clock, RESUME, enough.signal)]);
    return results !== undefined && results.every(({ status }) => status === "fulfilled");
  } finally {
    enough.abort();
  }
}

const notBegun = (phase: Phase, comes: boolean): PhaseReport => ({
  phase,
  state: comes ? "waiting" : "skipped",
  budget: 0,
  ms: 0,
  handlers: [],
});
