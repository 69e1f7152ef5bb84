import type { Ms } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { type TimedNotice, iso, type Notice, type NoticeKind } from "../notice.ts";
import type { Host } from "../options.ts";
import type { Change } from "../watch/observe.ts";
import { type Budgets, type Keeps, shareOf } from "./budgets.ts";
import { type DrainCause, severity } from "./drain-cause.ts";
import { defaultBudgets, type DrainHandler, gentlePhases, type Phase, phases } from "./phases.ts";
import { endOf, hibernates } from "./drain-end.ts";
import type { Registration } from "./registry.ts";
import type { HandlerReport, PhaseReport, Report } from "./report.ts";
import { type Recheck, runHandler } from "./run-handler.ts";
import type { AgentState, Status } from "./status.ts";

/** Starts a drain. While one runs, it returns the same promise, and the earlier end counts. Never rejects. */
export type Drain = (cause: TimedNotice) => Promise<Report>;

/** Handles a notice that came or went: emits events, and starts or cancels a drain. */
export type Take = (change: Change) => void;

/** The progress of a phase. `status` shows all of them, the report only finished ones. */
interface Progress extends PhaseReport {
  state: PhaseReport["state"];
  budget: Ms;
  ms: Ms;
  readonly handlers: HandlerReport[];
}

/** Node.js emits this event for unhandled rejections too. */
const UNCAUGHT = "uncaughtException";

/**
 * Runs the phases for the active notices and requests. A notice that comes or goes only changes the list `causes`; one
 * loop reads that list and goes on or resumes.
 *
 * @param parts the registered parts
 * @param inForce the notices in force; a withdrawn notice starts no drain
 * @param margin how long before its deadline a drain ends
 * @param afterStop the longest drain after SIGTERM or a task stop
 * @param drainOn the kinds of notice that start a drain; others are only reported as events
 * @param exit whether the process exits after a drain
 * @param keeps the least that `finish` keeps if time is short
 */
export const createDrainer = (
  { clock, process: program }: Host,
  parts: ReadonlySet<Registration>,
  inForce: Set<Notice>,
  budgets: Budgets,
  margin: Ms,
  afterStop: Ms,
  drainOn: readonly NoticeKind[],
  exit: boolean,
  emit: Emit,
  keeps?: Keeps,
): readonly [take: Take, drain: Drain, status: () => Status, ready: () => boolean, want: (phase: Phase) => Ms] => {
  /**
   * A scheduled event is announced days ahead. Its drain begins two minutes before its time, and never if it has no
   * time.
   */
  const DRAIN_AHEAD: Ms = 120_000;
  /** How long the process waits for asynchronous `drained` listeners before it exits: at most, and at least. */
  const LISTENERS_AT_MOST: Ms = 30_000;
  const LISTENERS_AT_LEAST: Ms = 1_000;
  /** The most time for resuming after a cancelled notice; there is no deadline then. */
  const RESUME_TIMEOUT: Ms = 10_000;
  const { now } = clock;
  let state: AgentState = "running";
  /** Whether the health route is used: then `unready` lasts its full time, even without handlers. */
  let healthIsAsked = false;
  /** The active causes of a drain, the most severe first. A drill is dropped if there is another cause. */
  let causes: readonly DrainCause[] = [];
  /** Causes that went away while no other cause was left: everything is to be resumed. */
  let withdrawn: DrainCause[] = [];
  /** The severity of the current drain, or of the last one. */
  let drainSeverity = 0;
  /** True while the drain runs; false as soon as it is cancelled. */
  let proceeding = false;
  let progress: readonly Progress[] = [];
  let last: Report;
  let report: Promise<Report> | undefined;
  /** The phases that began since everything was last running, over all drains. These are to be resumed. */
  const stopped = new Set<Phase>();
  const running = new Set<Recheck>();

  /** Returns the parts that have a handler for this phase. */
  const partsOf = (phase: Phase): readonly Registration[] => [...parts].filter(({ drain }) => drain[phase]);
  /**
   * Returns the time that a phase wants: its budget, or the largest budget that its handlers set; 0 without handlers.
   */
  const want = (phase: Phase): Ms => {
    const whole = budgets[phase] ?? defaultBudgets[phase];
    return Math.max(
      healthIsAsked && phase === "unready" ? whole : 0,
      ...partsOf(phase).map(({ budget = whole }) => budget),
    );
  };
  /**
   * Returns the earliest end or deadline of the causes that the current drain serves. The two seconds of hibernation do
   * not limit a more severe cause.
   */
  const nearest = (what: "end" | "deadline"): Ms =>
    Math.min(...causes.map((one) => (severity(one) < drainSeverity ? Infinity : one[what])));

  const drainOnce = async (first: DrainCause): Promise<Report> => {
    const { notice: reason } = first;
    const names = hibernates(reason) ? gentlePhases : phases;
    const began = now();
    const startedAt = iso(clock.wall());
    const unfinished: string[] = [];
    const uncaught: string[] = [];
    const collect = (error: unknown): unknown => uncaught.push(messageOf(error));
    drainSeverity = severity(first);
    proceeding = true;
    progress = names.map((phase) => ({ phase, state: "waiting", budget: 0, ms: 0, handlers: [] }));
    void emit("draining", reason);
    program.on(UNCAUGHT, collect);
    for (const [at, row] of progress.entries()) {
      const { phase } = row;
      const from = now();
      // Computed again on each check: unused time of earlier phases is added, and an earlier deadline may arrive.
      const share = (): Ms => (row.budget = shareOf(names.slice(at), want, nearest("end") - from, keeps));
      if (proceeding && want(phase)) {
        row.state = "running";
        stopped.add(phase);
        void emit("phase", phase);
        await Promise.all([
          // `unready` uses its whole budget even if all handlers are done: load balancers need that time. This wait is
          // not in the report.
          phase === "unready" && runHandler(clock, running, "", ({ wait }) => wait(Infinity), share, 0),
          ...partsOf(phase).map(async ({ name, drain, budget = Infinity }) => {
            const done = await runHandler(
              clock,
              running,
              name,
              drain[phase] as DrainHandler,
              () => Math.min(share(), budget),
              0.1,
              { reason, unfinished },
            );
            row.handlers.push(done);
            if (done.outcome !== "done") unfinished.push(`${name} (${phase}): ${done.error ?? done.outcome}`);
          }),
        ]);
        row.ms = now() - from;
        row.state = "done";
      } else row.state = "skipped";
    }
    program.off(UNCAUGHT, collect);
    const deadline = nearest("deadline");
    const undone = [...unfinished, ...uncaught];
    const outcome = proceeding ? (undone[0] ? "cut-off" : "drained") : "cancelled";
    if (proceeding) {
      proceeding = false;
      if (hibernates(reason)) state = "asleep";
      else {
        state = "drained";
        // A drill ends with its drain; after one for hibernation the process is expected to wake up.
        if (!drainSeverity) causes = [];
      }
    }
    const result: Report = {
      outcome,
      reason,
      startedAt,
      ms: now() - began,
      margin: deadline < Infinity ? deadline - now() : null,
      phases: progress.filter((row) => row.state === "done"),
      uncaught,
    };
    const told = emit("drained", result);
    if (outcome === "cut-off")
      void emit("trouble", new SpotkeeperError("SK-AGENT-DRAIN", `Not done: ${undone.join("; ")}.`));
    if (exit && state === "drained") {
      // Asynchronous listeners get the time that is left, at least LISTENERS_AT_LEAST. setImmediate lets callers of
      // `drain` have their result first.
      const left = Math.min(LISTENERS_AT_MOST, Math.max(LISTENERS_AT_LEAST, nearest("end") - now()));
      const exitSoon = (): unknown => {
        cancel();
        return setImmediate(() => program.exit(uncaught[0] ? 1 : 0));
      };
      const cancel = clock.setTimer(now() + left, exitSoon, true);
      void told.then(exitSoon);
    }
    return result;
  };

  /** Resumes all stopped parts at once. */
  const resumeAll = (): unknown =>
    Promise.all([...new Set([...stopped].flatMap(partsOf))].map(async ({ drain }) => drain.resume?.()));
  const emitCancelled = (notice: Notice, resumed: boolean): unknown => emit("cancelled", { notice, resumed });

  /** @param before the previous drain; the loop starts only when it is over, and after the caller has its promise */
  const runUntilOver = async (before: unknown): Promise<Report> => {
    state = "draining";
    await before;
    while (state === "draining") {
      if (withdrawn[0]) {
        const resumed =
          !causes[0] && (await runHandler(clock, running, "", resumeAll, () => RESUME_TIMEOUT, 0.1)).outcome === "done";
        const back = withdrawn;
        withdrawn = [];
        if (resumed) stopped.clear();
        if (!causes[0]) {
          if (resumed) state = "running";
          // Some parts resumed and some did not: drain all of them again.
          else causes = back;
        }
        for (const { notice } of back) emitCancelled(notice, resumed);
      } else last = await drainOnce(causes[0] as DrainCause);
    }
    return last;
  };
  const update = (): void => {
    if (state !== "draining") report = runUntilOver(report);
    else if (proceeding) {
      proceeding = !!causes[0] && severity(causes[0]) <= drainSeverity;
      running.forEach((recheck) => recheck(!proceeding));
    }
  };

  const drain: Drain = (cause) => {
    // For a termination by the group, a lifecycle hook can hold the instance longer than other notices leave: all
    // budgets count in full.
    const wanted = cause.notice.kind === "termination" ? phases.reduce((sum, phase) => sum + want(phase), now()) : 0;
    causes = [...causes, { ...cause, end: Math.max(wanted, endOf(cause, now(), margin, afterStop)) }]
      // A drill is dropped if a real cause is active.
      .filter((one, _, all) => severity(one) || !all.some(severity))
      .toSorted((one, other) => severity(other) - severity(one));
    // Do not drain a second time after a final drain.
    if (state !== "drained" || !drainSeverity) update();
    return report as Promise<Report>;
  };
  const take: Take = ([cause, before]) => {
    if (cause) {
      const { notice, deadline } = cause;
      const { kind } = notice;
      const begin = (): unknown => inForce.has(notice) && drain(cause);
      inForce.add(notice);
      void emit("notice", notice);
      if (kind === "signal" || drainOn.includes(kind)) {
        if (kind === "scheduled-event") clock.setTimer(deadline - DRAIN_AHEAD, begin);
        else begin();
      }
    }
    if (before) {
      const { notice } = before;
      const rest = causes.filter((one) => one.notice !== notice);
      // `close` and `exit` cannot be undone; `unready`, `save` and `callbacks` stop nothing.
      const canResume = [...stopped].every((phase) =>
        partsOf(phase).every(({ drain }) => (/stop|finish/.test(phase) ? drain.resume : gentlePhases.includes(phase))),
      );
      inForce.delete(notice);
      if (causes[0] && !rest[0] && canResume) {
        withdrawn.push(...causes);
        causes = [];
        update();
      } else {
        if (rest[0]) causes = rest;
        if (!cause) emitCancelled(notice, false);
      }
    }
  };
  const status = (): Status => {
    const notice = causes[0]?.notice ?? [...inForce][0] ?? null;
    return { state, notice, deadline: notice && notice.deadline, phases: progress };
  };
  const ready = (): boolean => {
    healthIsAsked = true;
    return state === "running";
  };
  return [take, drain, status, ready, want];
};
