import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerOutcome, HandlerReport } from "./report.ts";

/**
 * Makes a running handler check its remaining time again, since it may have become less; with `callOff`, cancels it.
 */
export type Recheck = (callOff?: boolean) => void;

/**
 * Runs one handler, and stops waiting for it when its time is over. Never rejects.
 *
 * @param running the set that holds the handler's `Recheck` while it runs
 * @param budget returns the milliseconds that the handler has; read again on each recheck
 * @param part the share of its time, at the end, for cleaning up after `signal` is aborted
 * @param more further fields of its context
 */
export const runHandler = (
  clock: Clock,
  running: Set<Recheck>,
  name: string,
  handler: DrainHandler,
  budget: () => Ms,
  part: number,
  more?: Pick<DrainContext, "reason" | "unfinished">,
): Promise<HandlerReport> =>
  new Promise((resolve) => {
    /** The most time for cleaning up; a cancelled handler has exactly this. */
    const GRACE: Ms = 2_000;
    const { now } = clock;
    const began = now();
    const controller = new AbortController();
    const { signal } = controller;
    const notes: string[] = [];
    let cancel: (() => void) | undefined;

    const settle = (outcome: HandlerOutcome, error: string | null = null): void => {
      running.delete(recheck);
      cancel?.();
      // Copied: a handler that is not waited for may still add notes.
      resolve({ name, outcome, ms: now() - began, error, notes: [...notes] });
    };
    const remaining = (): Ms => Math.max(0, began + budget() - Math.min(GRACE, budget() * part) - now());
    // Timers keep the process alive: otherwise it could end, with all servers closed, before its checkpoints are
    // written.
    const recheck: Recheck = (callOff = false) => {
      const left = callOff ? 0 : remaining();
      const end = left || callOff ? now() + (left || GRACE) : began + budget();
      cancel?.();
      cancel = clock.setTimer(end, left ? recheck : () => settle("left-behind"), true);
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

    running.add(recheck);
    recheck();
    (async () => handler(context))().then(
      () => settle(signal.aborted ? "cut-off" : "done"),
      (thrown: unknown) => settle("failed", messageOf(thrown)),
    );
  });
