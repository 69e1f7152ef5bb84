import type { Key } from "@spotkeeper/controller";
import type { Clock, Ms } from "@spotkeeper/simulator";
import type { LifeItem } from "./dimensions/lives.ts";
import type { Ground, HintQueue, Seat } from "./ground.ts";
import { createFunction } from "./function.ts";
import { createProcess, type WorkerProcess } from "./process.ts";

/** A message that nobody took is there again after this, as by a queue's visibility timeout. */
const VISIBLE_AGAIN: Ms = 30_000;
/** A hint is taken for longer: as long as an invocation may take. */
const HINT_VISIBLE_AGAIN: Ms = 75_000;

/** The workers of a world, side by side on one ledger, and the queue that they share. */
export interface Workers {
  start(): Promise<void>;
  /** Puts a message into the queue: one of the workers that are up gets it, in turn. */
  receive(body: string): void;
  /** The queue of hints. */
  readonly hints: HintQueue;
  /** What happens to the workers, from now on. */
  befall(lives: readonly LifeItem[]): void;
  /** Whether all of them live. */
  areUp(): boolean;
}

export interface WorkersOptions {
  readonly clock: Clock;
  readonly ground: () => Ground;
  readonly areFunctions: boolean;
  /** What each worker has of its own, for as long as its machine stands. */
  readonly seats: readonly Seat[];
  readonly onKilled: (worker: string, pause: Ms) => void;
}

export function createWorkers({ clock, ground, areFunctions, seats, onKilled }: WorkersOptions): Workers {
  const up: (WorkerProcess | null)[] = seats.map(() => null);
  const waiting: (() => void)[] = [];
  let lives = 0;
  let turn = 0;

  const next = (): WorkerProcess | null => {
    const alive = up.filter((one) => one !== null);
    return alive[(turn += 1) % Math.max(1, alive.length)] ?? null;
  };

  /** Hands a message over until somebody has taken it. Who takes longer than the queue waits, shares it with another. */
  const carry = async (give: (to: WorkerProcess) => Promise<boolean>, visibleAgain: Ms): Promise<void> => {
    const again = (): void => void carry(give, visibleAgain);
    const to = next();
    if (to === null) return void waiting.push(again);
    const takeBack = clock.setTimer(clock.now() + visibleAgain, again);
    if (await give(to)) takeBack();
  };

  const isTaken =
    (body: string) =>
    async (to: WorkerProcess): Promise<boolean> => {
      const verdict = await to.deliver(body);
      return verdict !== null && verdict.is !== "later";
    };

  const live = async (index: number, seat: Seat): Promise<void> => {
    lives += 1;
    const name = `life-${lives} of worker ${index}`;
    const create = areFunctions ? createFunction : createProcess;
    const process = create(ground(), seat, (pause) => {
      up[index] = null;
      onKilled(name, pause);
      clock.setTimer(clock.now() + pause, () => void live(index, seat));
    });
    up[index] = process;
    await process.start();
    for (const again of waiting.splice(0)) again();
  };

  return {
    async start() {
      await Promise.all(seats.map((seat, index) => live(index, seat)));
    },
    receive: (body) => void carry(isTaken(body), VISIBLE_AGAIN),
    hints: {
      at(key: Key, when: Ms) {
        clock.setTimer(when, () => void carry((to) => to.advance(key), HINT_VISIBLE_AGAIN));
        return Promise.resolve();
      },
    },
    befall(all) {
      for (const [index, { plan }] of seats.entries())
        plan.push(...all.filter(({ worker }) => worker % seats.length === index));
    },
    areUp: () => up.every((one) => one !== null),
  };
}
