import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Notice } from "../notice.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerOutcome, HandlerReport } from "./report.ts";

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

/** However long a handler's time is, no more of it is for putting away. */
const LONGEST_GRACE: Ms = 2_000;

/**
 * @param reason why there is a drain
 * @param unfinished those so far
 */
export const createRunner = (
  clock: Clock,
  reason: () => Notice,
  unfinished: readonly string[],
): readonly [run: Run, poke: Poke] => {
  const running = new Set<Poke>();

  const run: Run = async (name, handler, end, part = 0.1) => {
    const began = clock.now();
    const controller = new AbortController();
    const { signal } = controller;
    const notes: string[] = [];
    let latest = Infinity;
    let error: string | null = null;
    let cancel = (): void => {};
    let settle: (outcome: HandlerOutcome) => void;
    const settled = new Promise<HandlerOutcome>((resolve) => (settle = resolve));

    const hardEnd = (): Ms => Math.min(end(), latest);
    const softEnd = (): Ms => hardEnd() - Math.min(LONGEST_GRACE, (hardEnd() - began) * part);
    const remaining = (): Ms => Math.max(0, softEnd() - clock.now());
    const look: Poke = (callOff = false) => {
      cancel();
      if (signal.aborted && clock.now() >= hardEnd()) settle("left-behind");
      else {
        context.calledOff ||= callOff;
        if (!signal.aborted && (callOff || remaining() === 0)) {
          latest = clock.now() + LONGEST_GRACE;
          controller.abort(new Error("no time left"));
        }
        // It holds the process: what has closed everything else would end before its checkpoints are written.
        cancel = clock.setTimer(signal.aborted ? hardEnd() : softEnd(), look, true);
      }
    };
    const context: { -readonly [K in keyof DrainContext]: DrainContext[K] } = {
      signal,
      calledOff: false,
      remaining,
      wait: (ms) => pause(clock, ms, signal),
      reason: reason(),
      unfinished,
      note: (line) => void notes.push(line),
    };

    running.add(look);
    look();
    (async () => handler?.(context))().then(
      () => settle(signal.aborted ? "cut-off" : "done"),
      (thrown: unknown) => {
        error = messageOf(thrown);
        settle("failed");
      },
    );
    const outcome = await settled;
    running.delete(look);
    cancel();
    return { name, outcome, ms: clock.now() - began, error, notes: [...notes] };
  };
  return [run, (callOff) => running.forEach((look) => look(callOff))];
};
