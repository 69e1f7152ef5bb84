import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Notice } from "../notice.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerReport } from "./report.ts";

/** What the handlers of a drain have in common. */
export interface Scope {
  readonly clock: Clock;
  readonly reason: Notice;
  /** Of those so far. */
  readonly unfinished: readonly string[];
  /** For each that runs, what has it look at its end again, since that may be earlier now; or be aborted. */
  readonly running: Set<(abort?: boolean) => void>;
}

/** After its signal a handler has a part of its time, and this at most, to put away what it had in hand. */
const LONGEST_GRACE: Ms = 2_000;

/**
 * Runs one handler, and leaves it behind when its time is over. Never rejects.
 *
 * @param end the instant at which its time is over
 * @param part how much of its time is for putting away
 */
export async function runHandler(
  { clock, reason, unfinished, running }: Scope,
  name: string,
  handler: DrainHandler | undefined,
  end: () => Ms,
  part = 0.1,
): Promise<HandlerReport> {
  const began = clock.now();
  const controller = new AbortController();
  const { signal } = controller;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const notes: string[] = [];
  let latest = Infinity;
  let cancel: (() => void) | undefined;
  let error: string | null = null;

  const hardEnd = (): Ms => Math.min(end(), latest);
  const softEnd = (): Ms => hardEnd() - Math.min(LONGEST_GRACE, (hardEnd() - began) * part);
  const look = (abort?: boolean): void => {
    if (abort) {
      latest = clock.now() + LONGEST_GRACE;
      controller.abort(new Error(`${name} has no time left`));
    }
    cancel?.();
    cancel = signal.aborted ? clock.setTimer(hardEnd(), leave) : clock.setTimer(softEnd(), () => look(true));
  };
  const context: DrainContext = {
    signal,
    remaining: () => Math.max(0, softEnd() - clock.now()),
    wait: (ms) => pause(clock, ms, signal),
    reason,
    unfinished,
    note: (line) => void notes.push(line),
  };

  running.add(look);
  look();
  const work = (async () => handler?.(context))().then(
    () => (signal.aborted ? "cut-off" : "done"),
    (thrown: unknown) => {
      error = messageOf(thrown);
      return "failed" as const;
    },
  );
  const outcome = (await Promise.race([work, left])) ?? "left-behind";
  running.delete(look);
  cancel?.();
  return { name, outcome, ms: clock.now() - began, error, notes: [...notes] };
}
