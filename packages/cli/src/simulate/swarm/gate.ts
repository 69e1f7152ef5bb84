import type { Clock, Ms } from "@spotkeeper/simulator";
import type { Blow } from "./dimensions/lives.ts";
import { withCalls } from "./with-calls.ts";

/** The boundary between one life of a worker and the world: what crosses it can be cut off, as by SIGKILL, or held up. */
export interface Gate {
  /** A clock whose timers do not fire once the life is over, and wait while it is frozen. */
  readonly clock: Clock;
  /** The same object, of which these calls cross the boundary. */
  guard<T extends object>(target: T, calls: readonly (keyof T)[]): T;
  /** One crossing: `run` reaches the world. Never settles for a life that is over. */
  cross<T>(run: () => Promise<T>): Promise<T>;
  /** Runs `work` while the life is awake; a life that sleeps between invocations is awake for this only. */
  invoke<T>(work: () => Promise<T>): Promise<T>;
  isOver(): boolean;
  /** Resolves when the life is over. */
  readonly ended: Promise<void>;
}

export interface GateOptions {
  readonly clock: Clock;
  /** When a life is killed or frozen, in the order of the crossings. The lives of one world share the list, and take from it. */
  readonly plan: Blow[];
  readonly crossings: { count: number };
  /** Between two invocations nothing of the life goes on: no timer fires, and no answer reaches it. */
  readonly sleepsBetween: boolean;
  /** The life is over; the next may begin after this. */
  readonly onKilled: (pause: Ms) => void;
}

const never = <T>(): Promise<T> => new Promise(() => {});

/**
 * A process that is killed leaves nothing behind but what it has sent: a call that is under way takes effect or not, and
 * its answer reaches nobody. So a life that is over gets no answers and no timers, and no call of its leaves any more.
 */
export function createGate({ clock, plan, crossings, sleepsBetween, onKilled }: GateOptions): Gate {
  const ended = Promise.withResolvers<void>();
  let over = false;
  let frozenUntil: Ms = 0;
  let invocations = sleepsBetween ? 0 : 1;
  /** What waits for the next invocation. */
  const asleep: (() => void)[] = [];

  const end = (pause: Ms): void => {
    if (over) return;
    over = true;
    ended.resolve();
    onKilled(pause);
  };

  const isAsleep = (): boolean => invocations === 0;
  const isFrozen = (): boolean => isAsleep() || clock.now() < frozenUntil;

  const thawed = async (): Promise<void> => {
    if (over) return never();
    while (isFrozen()) {
      if (isAsleep()) await new Promise<void>((resolve) => asleep.push(resolve));
      else await clock.sleep(frozenUntil - clock.now());
    }
    if (over) return never();
  };

  const fireThawed = (fire: () => void): void => {
    if (over) return;
    if (isAsleep()) asleep.push(() => fireThawed(fire));
    else if (clock.now() < frozenUntil) clock.setTimer(frozenUntil, () => fireThawed(fire));
    else fire();
  };

  /** What befalls the life at this crossing, if anything does. */
  const meet = (): Blow | null => {
    crossings.count += 1;
    const [next] = plan;
    if (next === undefined || crossings.count < next.crossing) return null;
    plan.shift();
    return next;
  };

  const cross = async <T>(run: () => Promise<T>): Promise<T> => {
    await thawed();
    const life = meet();
    const pause = (life?.pause ?? 0) * 1_000;
    if (life?.kind === "killed before") {
      end(pause);
      return never();
    }
    if (life?.kind === "frozen") frozenUntil = clock.now() + pause;
    try {
      return await run();
    } finally {
      if (life?.kind === "killed after") end(pause);
      await thawed();
    }
  };

  return {
    cross,
    async invoke(work) {
      invocations += 1;
      for (const goOn of asleep.splice(0)) goOn();
      try {
        return await work();
      } finally {
        invocations -= 1;
      }
    },
    isOver: () => over,
    ended: ended.promise,
    guard: (target, calls) =>
      withCalls(
        target,
        calls,
        (call) =>
          (...args) =>
            cross(async () => call(...args)),
      ),
    clock: {
      now: () => clock.now(),
      setTimer(at, fire) {
        let cancelled = false;
        const cancel = clock.setTimer(at, () => fireThawed(() => !cancelled && fire()));
        return () => {
          cancelled = true;
          cancel();
        };
      },
      async sleep(ms, signal) {
        await clock.sleep(ms, signal);
        await thawed();
      },
    },
  };
}
