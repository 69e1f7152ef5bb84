import type { Clock } from "./operation.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/**
 * A call on its way through the simulator. A virtual clock stands still while the call is at work, and may go on while
 * it sleeps on that clock: else a long poll would stop time, and never end.
 */
export interface InFlight {
  /** The clock to give to whatever works for the call. */
  readonly clock: Clock;
  readonly end: () => void;
}

/** Marks a call as begun. */
export function beginInFlight(clock: Clock): InFlight {
  if (!isVirtual(clock)) return { clock, end: () => undefined };
  let release = clock.hold();
  let ended = false;
  return {
    clock: {
      now: clock.now,
      setTimer: clock.setTimer,
      async sleep(ms, signal) {
        release();
        try {
          await clock.sleep(ms, signal);
        } finally {
          if (!ended) release = clock.hold();
        }
      },
    },
    end() {
      ended = true;
      release();
    },
  };
}

function isVirtual(clock: Clock): clock is VirtualClock {
  return "hold" in clock;
}
