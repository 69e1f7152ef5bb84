import type { Dice, Dimensions } from "./dice.ts";

/** A worker whose machine has a wrong clock. */
export interface ClockItem {
  /** The index of the worker. */
  readonly worker: number;
  /** Seconds ahead of AWS's clock; negative: behind. */
  readonly ahead: number;
  /** The second at which somebody sets the clock; null means never. */
  readonly setAt: number | null;
  /** Seconds ahead of AWS's clock after that. */
  readonly setTo: number;
}

/**
 * Clock errors in seconds. AWS refuses requests signed with a clock that is several minutes wrong; the SDK corrects
 * that by itself.
 */
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
