import { playTrace, sandboxFleet, type Trace } from "@spotkeeper/simulator";
import type { Overrides, Policy } from "@spotkeeper/controller";
import { firstActionFloor } from "./first-action-floor.ts";
import { ACCOUNT, openLab, QUEUE_ARN, REGION } from "./lab.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { runToEnd } from "./run-to-end.ts";

export interface PlayOptions {
  readonly trace: Trace;
  readonly seed: number;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Returns real milliseconds. */
  readonly wall: () => number;
  readonly onProgress: (text: string) => void;
}

/** Plays a whole trace against the sandbox's fleet, on a virtual clock. */
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
    // An upper bound: the whole fleet at once. A trace's largest storm is far smaller than what AWS's limits allow at
    // once.
    const floor = firstActionFloor([...lab.world.instances.values()], 0.99);
    const player = playTrace(lab.world, trace, { speed: 1 });
    await runToEnd(lab, options.onProgress, () => !player.done());
    return outcomeOf(lab, floor, (wall() - began) / 1_000);
  } finally {
    await lab.close();
  }
}
