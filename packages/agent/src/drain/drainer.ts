import type { Ms } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { type Heard, iso, type Notice, type NoticeKind } from "../notice.ts";
import type { Host } from "../options.ts";
import type { Change } from "../watch/observe.ts";
import { type Budgets, type Keeps, shareOf } from "./budgets.ts";
import { type Due, gravity } from "./due.ts";
import { defaultBudgets, type DrainHandler, gentlePhases, type Phase, phases } from "./phases.ts";
import { endOf, hibernates } from "./plan.ts";
import type { Registration } from "./registry.ts";
import type { HandlerReport, PhaseReport, Report } from "./report.ts";
import { type Poke, runHandler } from "./run-handler.ts";
import type { AgentState, Status } from "./status.ts";

/** Drains, once: asked again it gives the same promise, and the earlier end counts. Never rejects. */
export type Drain = (heard: Heard) => Promise<Report>;

/** Takes what watching shows: tells of it, and drains for it or ends that. */
export type Take = (change: Change) => void;

/** How far a phase is. `status` shows these, the report those that are done. */
interface Progress extends PhaseReport {
  state: PhaseReport["state"];
  budget: Ms;
  ms: Ms;
  readonly handlers: HandlerReport[];
}

/** Under it Node.js tells of promises whose rejection nobody handles too. */
const UNCAUGHT = "uncaughtException";

/**
 * Goes through the phases for what is due: the notices that stand, and what was asked for. Whatever comes or goes only
 * changes what is due; one loop looks at that, and goes on or back.
 *
 * @param parts what takes part
 * @param standing what was told and is not gone; what is not among them any longer begins nothing
 * @param margin how long before its deadline a drain is over
 * @param afterStop how long one takes at most after whoever stops the process has said so
 * @param drainOn what is drained for, and not only told
 * @param exit whether the process ends after a drain
 * @param keeps what `finish` keeps where time is short
 */
export const createDrainer = (
  { clock, process: program }: Host,
  parts: ReadonlySet<Registration>,
  standing: Set<Notice>,
  budgets: Budgets,
  margin: Ms,
  afterStop: Ms,
  drainOn: readonly NoticeKind[],
  exit: boolean,
  emit: Emit,
  keeps?: Keeps,
): readonly [take: Take, drain: Drain, status: () => Status, ready: () => boolean, want: (phase: Phase) => Ms] => {
  /** A scheduled event is told days ahead; a drain for it begins as late as for a warning, and not without a time. */
  const AHEAD: Ms = 120_000;
  /** How long the process waits for those who are told that it is drained: at most, and at least. */
  const TELL: Ms = 30_000;
  const SHORTLY: Ms = 1_000;
  /** To take up again what was stopped, at most: the notice is gone, so nothing presses. */
  const BACK: Ms = 10_000;
  const { now } = clock;
  let state: AgentState = "running";
  /** Whether somebody asks for the health, so that `unready` lasts although it has no handler. */
  let asked = false;
  /** What is drained for, the gravest first. A drill is not among others. */
  let due: readonly Due[] = [];
  /** What was due and is gone, when nothing else was due: all is to be taken up again. */
  let gone: Due[] = [];
  /** The gravity of the drain that runs, or was the last. */
  let grave = 0;
  /** Whether it goes on: false as soon as it is called off. */
  let going = false;
  let progress: readonly Progress[] = [];
  let last: Report;
  let report: Promise<Report> | undefined;
  /** What has begun since all was running last, in however many drains: there is that to take up. */
  const stopped = new Set<Phase>();
  const running = new Set<Poke>();

  /** What has something to do in a phase. */
  const of = (phase: Phase): readonly Registration[] => [...parts].filter(({ drain }) => drain[phase]);
  /**
   * How long a phase wants: its budget, or more where a handler asks for more, or less where all of them do; and nothing
   * where there is nothing to do.
   */
  const want = (phase: Phase): Ms => {
    const whole = budgets[phase] ?? defaultBudgets[phase];
    return Math.max(asked && phase === "unready" ? whole : 0, ...of(phase).map(({ budget = whole }) => budget));
  };
  /** The nearest of those that the drain is for. Hibernation's two seconds are no bound for what is graver. */
  const nearest = (what: "end" | "deadline"): Ms =>
    Math.min(...due.map((one) => (gravity(one) < grave ? Infinity : one[what])));

  const drainOnce = async (first: Due): Promise<Report> => {
    const { notice: reason } = first;
    const names = hibernates(reason) ? gentlePhases : phases;
    const began = now();
    const startedAt = iso(clock.wall());
    const unfinished: string[] = [];
    const uncaught: string[] = [];
    const hear = (error: unknown): unknown => uncaught.push(messageOf(error));
    grave = gravity(first);
    going = true;
    progress = names.map((phase) => ({ phase, state: "waiting", budget: 0, ms: 0, handlers: [] }));
    void emit("draining", reason);
    program.on(UNCAUGHT, hear);
    for (const [at, row] of progress.entries()) {
      const { phase } = row;
      const from = now();
      // Looked at anew each time: what one phase leaves over is there for the next, and an earlier end may come.
      const share = (): Ms => (row.budget = shareOf(names.slice(at), want, nearest("end") - from, keeps));
      if (going && want(phase)) {
        row.state = "running";
        stopped.add(phase);
        void emit("phase", phase);
        await Promise.all([
          // It lasts as long as its budget even if all handlers are done: what it waits for happens elsewhere. That
          // nobody hears of it as of a handler is meant.
          phase === "unready" && runHandler(clock, running, "", ({ wait }) => wait(Infinity), share, 0),
          ...of(phase).map(async ({ name, drain, budget = Infinity }) => {
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
    program.off(UNCAUGHT, hear);
    const deadline = nearest("deadline");
    const undone = [...unfinished, ...uncaught];
    const outcome = going ? (undone[0] ? "cut-off" : "drained") : "cancelled";
    if (going) {
      going = false;
      if (hibernates(reason)) state = "asleep";
      else {
        state = "drained";
        // A drill is over with its drain; from one of hibernation the process is to be woken.
        if (!grave) due = [];
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
      // Whoever is still told of it has what time is left, and this at least; a turn later, whoever asked is answered.
      const left = Math.min(TELL, Math.max(SHORTLY, nearest("end") - now()));
      const leave = (): unknown => {
        cancel();
        return setImmediate(() => program.exit(uncaught[0] ? 1 : 0));
      };
      const cancel = clock.setTimer(now() + left, leave, true);
      void told.then(leave);
    }
    return result;
  };

  /** Takes up again what was stopped, all of it at once. */
  const goBack = (): unknown =>
    Promise.all([...new Set([...stopped].flatMap(of))].map(async ({ drain }) => drain.resume?.()));
  const tell = (notice: Notice, resumed: boolean): unknown => emit("cancelled", { notice, resumed });

  /** @param before nothing begins before it is over, nor before the caller has what it asked for */
  const go = async (before: unknown): Promise<Report> => {
    state = "draining";
    await before;
    while (state === "draining") {
      if (gone[0]) {
        const resumed = !due[0] && (await runHandler(clock, running, "", goBack, () => BACK, 0.1)).outcome === "done";
        const told = gone;
        gone = [];
        if (resumed) stopped.clear();
        if (!due[0]) {
          if (resumed) state = "running";
          // Nobody knows what still works, and some of it does: all of it stops anew.
          else due = told;
        }
        for (const { notice } of told) tell(notice, resumed);
      } else last = await drainOnce(due[0] as Due);
    }
    return last;
  };
  const look = (): void => {
    if (state !== "draining") report = go(report);
    else if (going) {
      going = !!due[0] && gravity(due[0]) <= grave;
      running.forEach((poke) => poke(!going));
    }
  };

  const drain: Drain = (heard) => {
    // Where the group ends the instance a hook can hold it for longer than any other notice leaves: all budgets count.
    const wanted = heard.notice.kind === "termination" ? phases.reduce((sum, phase) => sum + want(phase), now()) : 0;
    due = [...due, { ...heard, end: Math.max(wanted, endOf(heard, now(), margin, afterStop)) }]
      // Nobody tries out what happens for real right now, or goes on to.
      .filter((one, _, all) => gravity(one) || !all.some(gravity))
      .toSorted((one, other) => gravity(other) - gravity(one));
    // What has ended for good is not gone through once more.
    if (state !== "drained" || !grave) look();
    return report as Promise<Report>;
  };
  const take: Take = ([heard, before]) => {
    if (heard) {
      const { notice, deadline } = heard;
      const { kind } = notice;
      const begin = (): unknown => standing.has(notice) && drain(heard);
      standing.add(notice);
      void emit("notice", notice);
      if (kind === "signal" || drainOn.includes(kind)) {
        if (kind === "scheduled-event") clock.setTimer(deadline - AHEAD, begin);
        else begin();
      }
    }
    if (before) {
      const { notice } = before;
      const rest = due.filter((one) => one.notice !== notice);
      // What is closed stays closed, and saving and telling stop nothing.
      const canGoBack = [...stopped].every((phase) =>
        of(phase).every(({ drain }) => (/stop|finish/.test(phase) ? drain.resume : gentlePhases.includes(phase))),
      );
      standing.delete(notice);
      if (due[0] && !rest[0] && canGoBack) {
        gone.push(...due);
        due = [];
        look();
      } else {
        if (rest[0]) due = rest;
        if (!heard) tell(notice, false);
      }
    }
  };
  const status = (): Status => {
    const notice = due[0]?.notice ?? [...standing][0] ?? null;
    return { state, notice, deadline: notice && notice.deadline, phases: progress };
  };
  const ready = (): boolean => {
    asked = true;
    return state === "running";
  };
  return [take, drain, status, ready, want];
};
