import type { Clock, Ms } from "@spotkeeper/simulator";
import type { LifeItem } from "./dimensions/lives.ts";
import type { Ground, Seat } from "./ground.ts";
import { createProcess, type WorkerProcess } from "./process.ts";

/** A message that nobody took is there again after this, as by a queue's visibility timeout. */
const VISIBLE_AGAIN: Ms = 30_000;

/** The workers of a world, side by side on one ledger, and the queue that they share. */
export interface Workers {
  start(): Promise<void>;
  /** Puts a message into the queue: one of the workers that are up gets it, in turn. */
  receive(body: string): void;
  /** What happens to the workers, from now on. */
  befall(lives: readonly LifeItem[]): void;
  /** Whether all of them live. */
  areUp(): boolean;
}

export interface WorkersOptions {
  readonly clock: Clock;
  readonly ground: () => Ground;
  /** What each worker has of its own, for as long as its machine stands. */
  readonly seats: readonly Seat[];
  readonly onKilled: (worker: string, pause: Ms) => void;
}

export function createWorkers({ clock, ground, seats, onKilled }: WorkersOptions): Workers {
  const up: (WorkerProcess | null)[] = seats.map(() => null);
  const waiting: string[] = [];
  let lives = 0;
  let turn = 0;

  const next = (): WorkerProcess | null => {
    const alive = up.filter((one) => one !== null);
    return alive[(turn += 1) % Math.max(1, alive.length)] ?? null;
  };

  /** Hands a message over until somebody has taken it. Who takes longer than the queue waits, shares it with another. */
  const carry = async (body: string): Promise<void> => {
    const to = next();
    if (to === null) return void waiting.push(body);
    const takeBack = clock.setTimer(clock.now() + VISIBLE_AGAIN, () => void carry(body));
    const verdict = await to.deliver(body);
    if (verdict !== null && verdict.is !== "later") takeBack();
  };

  const live = async (index: number, seat: Seat): Promise<void> => {
    lives += 1;
    const name = `life-${lives} of worker ${index}`;
    const process = createProcess(ground(), seat, name, (pause) => {
      up[index] = null;
      onKilled(name, pause);
      clock.setTimer(clock.now() + pause, () => void live(index, seat));
    });
    up[index] = process;
    await process.start();
    for (const body of waiting.splice(0)) void carry(body);
  };

  return {
    async start() {
      await Promise.all(seats.map((seat, index) => live(index, seat)));
    },
    receive: (body) => void carry(body),
    befall(all) {
      for (const [index, { plan }] of seats.entries())
        plan.push(...all.filter(({ worker }) => worker % seats.length === index));
    },
    areUp: () => up.every((one) => one !== null),
  };
}
