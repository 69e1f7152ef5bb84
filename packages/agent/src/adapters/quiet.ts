import type { Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";

/** So many times a quiet spell is waited for; whoever still comes then is not told again. */
export const SPELLS = 10;

/**
 * Waits until nobody has come for `quiet` milliseconds, or there is no time left. A server that closes while requests are
 * on their way resets them.
 *
 * @param arrived how many have come so far
 * @param inFlight how many of them are not done with: they are waited for, however long it takes
 */
export const untilQuiet = async (
  { wait, signal }: DrainContext,
  arrived: () => number,
  quiet: Ms,
  inFlight: () => number,
): Promise<void> => {
  for (
    let spell = 0, before = -1;
    (inFlight() || (spell < SPELLS && before !== arrived())) && !signal.aborted;
    // It counts from when all is answered.
    spell = inFlight() ? 0 : spell + 1
  ) {
    before = arrived();
    await wait(quiet);
    await arrivalsTaken();
  }
};

/** A busy process sees its timers before what has arrived meanwhile: this lets it take that first. */
export const arrivalsTaken = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};
