import type { Range } from "./random.ts";
import type { World } from "./state.ts";

/**
 * The fleet's own delays end on hundredths of a second: a virtual clock lets the program come to rest at each distinct
 * instant, and a storm of thousands of instances should not cost one rest a timer.
 */
const grain = 10;

/** Calls `fn` once, after a delay in ms (drawn where it is a range). Returns what cancels it. */
export const later = (world: Pick<World, "clock" | "random">, delay: number | Range, fn: () => void): (() => void) => {
  const ms = typeof delay === "number" ? delay : world.random.within(delay);
  return world.clock.setTimer(Math.ceil((world.clock.now() + ms) / grain) * grain, fn);
};
