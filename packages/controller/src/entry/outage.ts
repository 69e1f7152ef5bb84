import type { Clock, Ms } from "../clock.ts";
import type { Log } from "../log.ts";
import { isAway } from "../record/away.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** How soon it is told that it is back. */
const LOOK_EVERY: Ms = 1_000;

export interface Failures {
  /** Tells what failed, and is tried again. */
  readonly told: (what: string, error: unknown) => void;
  readonly stop: () => void;
}

/**
 * What fails in the flow, for the log. Everything that wants a ledger that is away fails, each second: it is one line
 * when it goes, and one when it is back.
 */
export function createFailures(log: Log, ledger: Pick<Ledger, "health">, clock: Clock): Failures {
  let cancel: (() => void) | null = null;

  const look = (): void => {
    const { ok } = ledger.health();
    cancel = ok ? null : clock.setTimer(clock.now() + LOOK_EVERY, look);
    if (ok) log.info({}, "the ledger is back, and writing goes on");
  };

  return {
    told(what, error) {
      if (!isAway(error)) return log.error({ what, err: error }, "failed; it is tried again");
      if (cancel !== null) return;
      log.error({ what, err: error }, "the ledger is away; what is safe goes on without it");
      cancel = clock.setTimer(clock.now() + LOOK_EVERY, look);
    },
    stop: () => cancel?.(),
  };
}
