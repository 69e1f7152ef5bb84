import type { Range } from "./random.ts";
import type { World } from "./state.ts";

/**
 * Delays of the fleet end on multiples of 10 ms. A virtual clock waits at each distinct instant until the program is
 * idle, and a storm of thousands of instances should not need one wait for each timer.
 */
const grain = 10;

/** Calls `fn` once after a delay in ms (random if it is a range). Returns a function that cancels it. */
export const later = (world: Pick<World, "clock" | "random">, delay: number | Range, fn: () => void): (() => void) => {
  const ms = typeof delay === "number" ? delay : world.random.within(delay);
  return world.clock.setTimer(Math.ceil((world.clock.now() + ms) / grain) * grain, fn);
};
