import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerOutcome, HandlerReport } from "./report.ts";

/** Has a handler that runs look at its time again, since there may be less of it now; or calls it off. */
export type Poke = (callOff?: boolean) => void;

/**
 * Runs one handler, and leaves it behind when its time is over. Never rejects.
 *
 * @param running has a poke in it for as long as it runs
 * @param budget how many milliseconds it has; looked at again whenever it is poked
 * @param part how much of its time, at the end, is for putting away what it had in hand
 * @param more what else it is given
 */
export const runHandler = (
  clock: Clock,
  running: Set<Poke>,
  name: string,
  handler: DrainHandler,
  budget: () => Ms,
  part: number,
  more?: Pick<DrainContext, "reason" | "unfinished">,
): Promise<HandlerReport> =>
  new Promise((resolve) => {
    /** However long a handler's time is, no more of it is for putting away; what is called off has as long. */
    const GRACE: Ms = 2_000;
    const { now } = clock;
    const began = now();
    const controller = new AbortController();
    const { signal } = controller;
    const notes: string[] = [];
    let cancel: (() => void) | undefined;

    const settle = (outcome: HandlerOutcome, error: string | null = null): void => {
      running.delete(look);
      cancel?.();
      // What is left behind may go on to note things.
      resolve({ name, outcome, ms: now() - began, error, notes: [...notes] });
    };
    const remaining = (): Ms => Math.max(0, began + budget() - Math.min(GRACE, budget() * part) - now());
    // Timers hold the process: what has closed everything else would end before its checkpoints are written.
    const look: Poke = (callOff = false) => {
      const left = callOff ? 0 : remaining();
      const end = left || callOff ? now() + (left || GRACE) : began + budget();
      cancel?.();
      cancel = clock.setTimer(end, left ? look : () => settle("left-behind"), true);
      if (!left) {
        context.calledOff = callOff;
        controller.abort();
      }
    };
    const context = {
      ...(more as Pick<DrainContext, "reason" | "unfinished">),
      signal,
      calledOff: false,
      remaining,
      wait: (ms: Ms) => pause(clock, ms, signal),
      note: (line: string) => notes.push(line),
    };

    running.add(look);
    look();
    (async () => handler(context))().then(
      () => settle(signal.aborted ? "cut-off" : "done"),
      (thrown: unknown) => settle("failed", messageOf(thrown)),
    );
  });
