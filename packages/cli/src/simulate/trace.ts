import { playTrace, sandboxFleet, type Trace } from "@spotkeeper/simulator";
import type { Overrides, Policy } from "@spotkeeper/controller";
import { firstActionFloor } from "./floor.ts";
import { ACCOUNT, openLab, QUEUE_ARN, REGION } from "./lab.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { runToEnd } from "./run-to-end.ts";

export interface PlayOptions {
  readonly trace: Trace;
  readonly seed: number;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Milliseconds of the wall clock. */
  readonly wall: () => number;
  readonly onProgress: (text: string) => void;
}

/** Plays a trace to its end against the sandbox's fleet, on a virtual clock. */
export async function simulateTrace(options: PlayOptions): Promise<Outcome> {
  const { trace, wall } = options;
  const began = wall();
  const lab = await openLab({
    ...options,
    build: (wiring) => sandboxFleet({ ...wiring, queueArn: QUEUE_ARN, account: ACCOUNT, region: REGION }).world,
  });
  try {
    options.onProgress("warming the inventory up");
    await lab.warmUp();
    // The largest storm of a trace is far below what the budgets give at once; all of the fleet at once bounds it.
    const floor = firstActionFloor([...lab.world.instances.values()], 0.99);
    const player = playTrace(lab.world, trace, { speed: 1 });
    await runToEnd(lab, options.onProgress, () => !player.done());
    return outcomeOf(lab, floor, (wall() - began) / 1_000);
  } finally {
    await lab.close();
  }
}
