import { interrupt, recommend, stormFleet, type Instance } from "@spotkeeper/simulator";
import type { Overrides, Policy } from "@spotkeeper/controller";
import { firstActionFloor } from "./first-action-floor.ts";
import { openLab, QUEUE_ARN } from "./lab.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { runToEnd } from "./run-to-end.ts";

/**
 * The events of a storm: only warnings, or a third each of warnings, rebalance recommendations and ends without
 * warning.
 */
export type StormMix = "warnings" | "thirds";

export interface StormOptions {
  /** The number of interrupted instances. */
  readonly size: number;
  readonly clusters: number;
  /** The number of accounts and regions; each has its own request limits. */
  readonly buckets: number;
  readonly mix: StormMix;
  /** The share (0..1) of the fleet that the worker's inventory knows at the start; default 1. */
  readonly known?: number;
  readonly seed: number;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Returns real milliseconds. */
  readonly wall: () => number;
  readonly onProgress: (text: string) => void;
}

/** Interrupts a large fleet all at once, and lets the real flow handle it on a virtual clock. */
export async function simulateStorm(options: StormOptions): Promise<Outcome> {
  const { size, mix, wall } = options;
  const began = wall();
  let victims: readonly Instance[] = [];
  const lab = await openLab({
    ...options,
    build: (wiring) => {
      const fleet = stormFleet({ ...wiring, ...options, queueArn: QUEUE_ARN, instances: size });
      ({ victims } = fleet);
      return fleet.world;
    },
  });
  try {
    options.onProgress("warming the inventory up");
    await lab.warmUp(options.known);
    const floor = firstActionFloor(actedOn(victims, mix), 0.99);
    for (const [index, victim] of victims.entries()) {
      const kind = mix === "warnings" ? 0 : index % 3;
      if (kind === 1) recommend(lab.world, victim);
      else interrupt(lab.world, victim.id, kind === 2 ? { missed: true } : {});
    }
    await runToEnd(lab, options.onProgress);
    return outcomeOf(lab, floor, (wall() - began) / 1_000);
  } finally {
    await lab.close();
  }
}

/** Returns the instances that are drained; for the others, with a recommendation, people are only told. */
const actedOn = (victims: readonly Instance[], mix: StormMix): readonly Instance[] =>
  mix === "warnings" ? victims : victims.filter((_, index) => index % 3 !== 1);
