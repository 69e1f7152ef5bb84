import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Notice } from "../notice.ts";
import type { DrainContext, DrainHandler } from "./phases.ts";
import type { HandlerOutcome, HandlerReport } from "./report.ts";

export interface Task {
  readonly name: string;
  readonly handler: DrainHandler;
  /** The instant at which it is left behind. */
  readonly until: Ms;
  readonly reason: Notice;
  readonly unfinished: readonly string[];
}

export interface RunningHandler {
  /** Never rejects, and comes at `until` at the latest. */
  readonly done: Promise<HandlerReport>;
  /** Less time than was thought. */
  move(until: Ms): void;
  /** Aborts its signal now. */
  abort(): void;
}

/** After its signal a handler has a tenth of its time, and this at most, to put away what it had in hand. */
const LONGEST_GRACE: Ms = 2_000;
const grace = (whole: Ms): Ms => Math.min(LONGEST_GRACE, Math.max(0, whole) / 10);

export function runHandler(clock: Clock, { name, handler, until: first, reason, unfinished }: Task): RunningHandler {
  const began = clock.now();
  const controller = new AbortController();
  const notes: string[] = [];
  const { promise: left, resolve: leave } = Promise.withResolvers<HandlerOutcome>();
  let until = first;
  let cancelTimer = (): void => {};

  const softEnd = (): Ms => until - grace(until - began);
  const cut = (): void => {
    if (!controller.signal.aborted) controller.abort(new Error(`${name} has no time left`));
    arm();
  };
  const arm = (): void => {
    cancelTimer();
    cancelTimer = controller.signal.aborted
      ? clock.setTimer(until, () => leave("left-behind"))
      : clock.setTimer(softEnd(), cut);
  };
  const context: DrainContext = {
    signal: controller.signal,
    remaining: () => Math.max(0, softEnd() - clock.now()),
    wait: (ms) => pause(clock, ms, controller.signal),
    reason,
    unfinished,
    note: (line) => void notes.push(line),
  };
  const run = async (): Promise<HandlerReport> => {
    let outcome: HandlerOutcome;
    let error: string | null = null;
    const work = (async () => handler(context))().then<HandlerOutcome, HandlerOutcome>(
      () => (controller.signal.aborted ? "cut-off" : "done"),
      (thrown: unknown) => {
        error = messageOf(thrown);
        return "failed";
      },
    );
    try {
      outcome = await Promise.race<HandlerOutcome>([work, left]);
    } finally {
      cancelTimer();
    }
    return { name, outcome, ms: clock.now() - began, error, notes: [...notes] };
  };

  arm();
  return {
    done: run(),
    move(to) {
      until = Math.min(until, to);
      arm();
    },
    abort() {
      until = Math.min(until, clock.now() + LONGEST_GRACE);
      cut();
    },
  };
}
