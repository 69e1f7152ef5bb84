import type { Key } from "@spotkeeper/controller";
import type { Clock, Ms } from "@spotkeeper/simulator";
import type { LifeItem } from "../dimensions/lives.ts";
import type { SharedParts, WakeQueue, WorkerSlot } from "./shared-parts.ts";
import { createFunction } from "./function.ts";
import { createProcess, type WorkerProcess } from "./process.ts";

/** A message that was not taken becomes visible again after this, as by a queue's visibility timeout. */
const VISIBLE_AGAIN: Ms = 30_000;
/** For a wake-up message: longer, as an invocation may take that long. */
const WAKE_VISIBLE_AGAIN: Ms = 75_000;

/** The workers of a world on one ledger, and the queue that they share. */
export interface Workers {
  start(): Promise<void>;
  /** Puts a message into the queue; the workers that are up get messages in turn. */
  receive(body: string): void;
  /** The queue of wake-up messages. */
  readonly wakes: WakeQueue;
  /** Adds kills and freezes from now on. */
  addLives(lives: readonly LifeItem[]): void;
  /** Returns true if all workers live. */
  areUp(): boolean;
}

export interface WorkersOptions {
  readonly clock: Clock;
  readonly shared: () => SharedParts;
  readonly areFunctions: boolean;
  /** What belongs to each worker and outlives its lives. */
  readonly slots: readonly WorkerSlot[];
  readonly onKilled: (worker: string, pause: Ms) => void;
}

export function createWorkers({ clock, shared, areFunctions, slots, onKilled }: WorkersOptions): Workers {
  const up: (WorkerProcess | null)[] = slots.map(() => null);
  const waiting: (() => void)[] = [];
  let lives = 0;
  let turn = 0;

  const next = (): WorkerProcess | null => {
    const alive = up.filter((one) => one !== null);
    return alive[(turn += 1) % Math.max(1, alive.length)] ?? null;
  };

  /**
   * Delivers a message until a worker has taken it. If a worker takes longer than the visibility timeout, another one
   * gets it too.
   */
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

  const live = async (index: number, slot: WorkerSlot): Promise<void> => {
    lives += 1;
    const name = `life-${lives} of worker ${index}`;
    const create = areFunctions ? createFunction : createProcess;
    const process = create(shared(), slot, (pause) => {
      up[index] = null;
      onKilled(name, pause);
      clock.setTimer(clock.now() + pause, () => void live(index, slot));
    });
    up[index] = process;
    await process.start();
    for (const again of waiting.splice(0)) again();
  };

  return {
    async start() {
      await Promise.all(slots.map((slot, index) => live(index, slot)));
    },
    receive: (body) => void carry(isTaken(body), VISIBLE_AGAIN),
    wakes: {
      at(key: Key, when: Ms) {
        clock.setTimer(when, () => void carry((to) => to.advance(key), WAKE_VISIBLE_AGAIN));
        return Promise.resolve();
      },
    },
    addLives(all) {
      for (const [index, { plan }] of slots.entries())
        plan.push(...all.filter(({ worker }) => worker % slots.length === index));
    },
    areUp: () => up.every((one) => one !== null),
  };
}
