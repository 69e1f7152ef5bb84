import type { Ms } from "../clock.ts";
import type { Emitter } from "../events.ts";
import type { Notice } from "../notice.ts";
import type { Host } from "../options.ts";
import { type Keeps, shareOf } from "./budgets.ts";
import { gentlePhases, type Phase, phases } from "./phases.ts";
import { hibernates } from "./plan.ts";
import type { Registry } from "./registry.ts";
import type { HandlerReport, PhaseReport } from "./report.ts";
import { createRunner } from "./run-handler.ts";

/** The way through the phases, and back. */
export interface Passage {
  /** Goes through the phases, until it is broken off. Its state and `unfinished` begin anew. */
  go(reason: Notice): Promise<void>;
  /** Has the phase that runs end, and none begin. Resolves when it is over. */
  breakOff(): Promise<void>;
  /** Has what runs look at its end again, since it may be earlier now. */
  hurry(): void;
  /** Takes up again all that has begun to stop. Whether that was done. */
  goBack(): Promise<boolean>;
  /** Whether there is a way back. */
  canGoBack(): boolean;
  /** How far it is, phase by phase; empty before the first. */
  readonly progress: () => readonly PhaseReport[];
  /** What was not done, and why: `name (phase): why`. */
  readonly unfinished: readonly string[];
}

/** How far a phase is. */
interface Progress extends PhaseReport {
  state: PhaseReport["state"];
  budget: Ms;
  ms: Ms;
  readonly handlers: HandlerReport[];
}

/** To take up again what was stopped, at most: the notice is gone, so nothing presses. */
const BACK: Ms = 10_000;

/**
 * @param end the instant at which all is to be over
 * @param keeps what `finish` keeps where time is short
 */
export const createPassage = (
  { clock }: Host,
  { of, want }: Registry,
  emit: Emitter["emit"],
  end: () => Ms,
  keeps?: Keeps,
): Passage => {
  let reason: Notice;
  let progress: readonly Progress[] = [];
  /** The phase that runs, since when, and what resolves when it is over. */
  let now: Progress | undefined;
  let from = 0;
  let current: Promise<void> | undefined;
  let broken = false;
  /** What has begun since all was running last, in however many goes: there is that to take up. */
  const stopped = new Set<Phase>();
  const unfinished: string[] = [];
  const [run, poke] = createRunner(clock, () => reason, unfinished);

  const hurry = (): void => {
    if (!now) return;
    const coming = progress.filter(({ state }) => /ing/.test(state)).map(({ phase }) => phase);
    now.budget = shareOf(now.phase, coming, want, end() - from, keeps);
    poke();
  };
  const runPhase = async (one: Progress): Promise<void> => {
    const { phase, handlers } = one;
    from = clock.now();
    one.state = "running";
    stopped.add(phase);
    now = one;
    hurry();
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
        if (done.outcome !== "done") unfinished.push(`${name} (${phase}): ${done.error ?? done.outcome}`);
      }),
    ]);
    one.ms = clock.now() - from;
    one.state = "done";
    now = undefined;
  };

  return {
    async go(why) {
      reason = why;
      broken = false;
      unfinished.length = 0;
      progress = phases.map((phase) => {
        const skipped = hibernates(reason) && !gentlePhases.includes(phase);
        return { phase, state: skipped ? "skipped" : "waiting", budget: 0, ms: 0, handlers: [] };
      });
      for (const one of progress) {
        // Asked for anew at each phase: what one leaves over is there for the next, and a handler may come late.
        if (one.state === "waiting" && want(one.phase) > 0 && !broken) await (current = runPhase(one));
        else one.state = "skipped";
      }
    },
    async breakOff() {
      broken = true;
      if (now) poke(true);
      await current;
    },
    hurry,
    async goBack() {
      const parts = [...new Set([...stopped].flatMap(of))];
      const until = clock.now() + BACK;
      const all = (): unknown => Promise.all(parts.map(async ({ drain }) => drain.resume?.()));
      const { outcome } = await run("resume", all, () => until);
      if (outcome === "done") stopped.clear();
      return outcome === "done";
    },
    // What is closed stays closed, and saving and telling stop nothing.
    canGoBack: () =>
      [...stopped].every((phase) =>
        of(phase).every(({ drain }) => !/close|exit/.test(phase) && (drain.resume ?? gentlePhases.includes(phase))),
      ),
    progress() {
      if (now) now.ms = clock.now() - from;
      return structuredClone(progress);
    },
    unfinished,
  };
};
