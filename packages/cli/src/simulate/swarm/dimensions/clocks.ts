import type { Dice, Dimensions } from "./dice.ts";

/** A machine whose clock is wrong: that of one of the workers. */
export interface ClockItem {
  /** Which of the workers, counted from 0. */
  readonly worker: number;
  /** Seconds ahead of AWS's clock; below 0: behind. */
  readonly ahead: number;
  /** Somebody sets it so many seconds after the beginning; null: nobody does. */
  readonly setAt: number | null;
  /** Seconds ahead of AWS's clock from then on. */
  readonly setTo: number;
}

/** Seconds. AWS refuses signatures that are more than minutes off, and the SDK corrects them by itself. */
const OFF = [-3_600, -330, -20, 20, 330, 3_600];

export const clocksOf = ({ random, may }: Dice, workers: number): ClockItem[] =>
  Array.from({ length: workers }, (_, worker) => worker).flatMap((worker) =>
    may("wrong clock")
      ? [
          {
            worker,
            ahead: random.pick(OFF),
            setAt: random.next() < 0.5 ? random.int(300) : null,
            setTo: random.pick([0, ...OFF]),
          },
        ]
      : [],
  );

export const CLOCK_DIMENSIONS: Dimensions<readonly ClockItem[]> = {
  "clock ahead": (clocks) => clocks.some(({ ahead }) => ahead > 0),
  "clock behind": (clocks) => clocks.some(({ ahead }) => ahead < 0),
  "clock set in the middle": (clocks) => clocks.some(({ setAt }) => setAt !== null),
};
