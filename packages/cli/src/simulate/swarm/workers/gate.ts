import type { Clock, Ms } from "@spotkeeper/simulator";
import type { KillOrFreeze } from "../dimensions/lives.ts";
import { withCalls } from "./with-calls.ts";

/**
 * The boundary between one life of a worker and the world. Every outside effect crosses it, and can be cut off there
 * (as by SIGKILL) or delayed.
 */
export interface Gate {
  /** A clock whose timers wait while the life is frozen, and never fire after its end. */
  readonly clock: Clock;
  /** Returns the same object; the listed calls cross the boundary. */
  guard<T extends object>(target: T, calls: readonly (keyof T)[]): T;
  /** Crosses the boundary once: `run` reaches the world. Never settles if the life has ended. */
  cross<T>(run: () => Promise<T>): Promise<T>;
  /** Runs `work` while the life is awake. A life that sleeps between invocations is awake only for this. */
  invoke<T>(work: () => Promise<T>): Promise<T>;
  isOver(): boolean;
  /** Resolves when the life ends. */
  readonly ended: Promise<void>;
}

export interface GateOptions {
  readonly clock: Clock;
  /**
   * The kills and freezes that are still to come, by crossing. The lives of one worker share the list and remove
   * entries from it.
   */
  readonly plan: KillOrFreeze[];
  readonly crossings: { count: number };
  /** Whether the life sleeps between two invocations: no timer fires, and no answer arrives. */
  readonly sleepsBetween: boolean;
  /** Called when the life was killed; the next life may begin after `pause`. */
  readonly onKilled: (pause: Ms) => void;
}

const never = <T>(): Promise<T> => new Promise(() => {});

/**
 * Creates a gate. A killed process leaves behind only what it has already sent: a call in progress takes effect or not,
 * and its answer is lost. So after its end, a life gets no answers and no timers, and makes no calls.
 */
export function createGate({ clock, plan, crossings, sleepsBetween, onKilled }: GateOptions): Gate {
  const ended = Promise.withResolvers<void>();
  let over = false;
  let frozenUntil: Ms = 0;
  let invocations = sleepsBetween ? 0 : 1;
  /** What waits for the next invocation. */
  const untilNextInvocation: (() => void)[] = [];

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
      if (isAsleep()) await new Promise<void>((resolve) => untilNextInvocation.push(resolve));
      else await clock.sleep(frozenUntil - clock.now());
    }
    if (over) return never();
  };

  const fireThawed = (fire: () => void): void => {
    if (over) return;
    if (isAsleep()) untilNextInvocation.push(() => fireThawed(fire));
    else if (clock.now() < frozenUntil) clock.setTimer(frozenUntil, () => fireThawed(fire));
    else fire();
  };

  /** Returns the kill or freeze of this crossing; null if there is none. */
  const nextKillOrFreeze = (): KillOrFreeze | null => {
    crossings.count += 1;
    const [next] = plan;
    if (next === undefined || crossings.count < next.crossing) return null;
    plan.shift();
    return next;
  };

  const cross = async <T>(run: () => Promise<T>): Promise<T> => {
    await thawed();
    const life = nextKillOrFreeze();
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
      for (const goOn of untilNextInvocation.splice(0)) goOn();
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
