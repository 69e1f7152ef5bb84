import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Notice } from "../notice.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerReport } from "./report.ts";

/**
 * Runs one handler, and leaves it behind when its time is over. Never rejects.
 *
 * @param end the instant at which its time is over
 * @param part how much of its time, at the end, is for putting away what it had in hand; a tenth
 */
export type Run = (
  name: string,
  handler: DrainHandler | undefined,
  end: () => Ms,
  part?: number,
) => Promise<HandlerReport>;

/** Has all that run look at their end again, since it may be earlier now; or calls them off. */
export type Poke = (callOff?: boolean) => void;

/**
 * @param reason why there is a drain
 * @param unfinished those so far
 */
export const createRunner = (
  clock: Clock,
  reason: () => Notice,
  unfinished: readonly string[],
): readonly [run: Run, poke: Poke] => {
  /** However long its time is, no more of it is for putting away. */
  const LONGEST_GRACE: Ms = 2_000;
  const running = new Set<Poke>();

  const run: Run = async (name, handler, end, part = 0.1) => {
    const began = clock.now();
    const controller = new AbortController();
    const { signal } = controller;
    const notes: string[] = [];
    let latest = Infinity;
    let error: string | null = null;
    let cancel: (() => void) | undefined;
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => (leave = resolve));

    const hardEnd = (): Ms => Math.min(end(), latest);
    const softEnd = (): Ms => hardEnd() - Math.min(LONGEST_GRACE, (hardEnd() - began) * part);
    const abort = (): void => {
      latest = clock.now() + LONGEST_GRACE;
      controller.abort(new Error(`${name} has no time left`));
      look();
    };
    const look = (): void => {
      cancel?.();
      cancel = signal.aborted ? clock.setTimer(hardEnd(), leave) : clock.setTimer(softEnd(), abort);
    };
    const poke: Poke = (callOff) => {
      if (!callOff) return look();
      context.calledOff = true;
      abort();
    };
    const context: { -readonly [K in keyof DrainContext]: DrainContext[K] } = {
      signal,
      calledOff: false,
      remaining: () => Math.max(0, softEnd() - clock.now()),
      wait: (ms) => pause(clock, ms, signal),
      reason: reason(),
      unfinished,
      note: (line) => void notes.push(line),
    };

    running.add(poke);
    look();
    const work = (async () => handler?.(context))().then(
      () => (signal.aborted ? "cut-off" : "done"),
      (thrown: unknown) => {
        error = messageOf(thrown);
        return "failed" as const;
      },
    );
    const outcome = (await Promise.race([work, left])) ?? "left-behind";
    running.delete(poke);
    cancel?.();
    return { name, outcome, ms: clock.now() - began, error, notes: [...notes] };
  };
  return [run, (callOff) => running.forEach((poke) => poke(callOff))];
};
