import type { Clock } from "./operation.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/**
 * A call inside the simulator. A virtual clock stands still while the call works, and may go on while the call sleeps
 * on that clock; otherwise a long poll would stop time and never end.
 */
export interface InFlight {
  /** The clock for everything that works for the call. */
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
