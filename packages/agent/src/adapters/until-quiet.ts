import type { Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";

/** The most quiet periods to wait for. Clients that still arrive after that are not waited for. */
export const SPELLS = 10;

/**
 * Waits until nothing has arrived for `quiet` milliseconds, or there is no time left. A server that closes while
 * requests are on their way resets their connections.
 *
 * @param arrived the number of requests and connections so far
 * @param inFlight the number of requests that are not answered yet: they are waited for, however long it takes
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
    // Quiet periods count only when nothing is in flight.
    spell = inFlight() ? 0 : spell + 1
  ) {
    before = arrived();
    await wait(quiet);
    await arrivalsTaken();
  }
};

/** Lets Node.js process what has arrived on its sockets: in a busy process, timers run before that. */
export const arrivalsTaken = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};
