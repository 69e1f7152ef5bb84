import type { Clock, Ms } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Trouble } from "../notify/trouble.ts";
import { isUnavailable } from "../record/unavailable.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** Interval of checks whether the ledger is unavailable, or back. */
const LOOK_EVERY: Ms = 1_000;

export interface Failures {
  /** Logs a failure that is retried. */
  readonly told: (what: string, error: unknown) => void;
  readonly stop: () => void;
}

/**
 * Creates the logging of failures. While the ledger is unavailable, everything that needs it fails each second: this is
 * logged once at its begin, and once at its end. A replaced ledger file is also reported on the channels, since the
 * open work in it is lost.
 */
export function createFailures(
  log: Log,
  ledger: Pick<Ledger, "health">,
  clock: Clock,
  tell: (trouble: Trouble) => Promise<void>,
): Failures {
  let away = false;
  let isLost = false;

  const goes = (fields: { readonly [name: string]: unknown }): void => {
    if (away) return;
    away = true;
    log.error(fields, "the ledger is away; what is safe goes on without it");
  };

  const look = (): void => {
    cancel = clock.setTimer(clock.now() + LOOK_EVERY, look);
    const { ok, code, message, lost } = ledger.health();
    if (!ok) goes({ code, reason: message });
    else if (away) {
      away = false;
      log.info({}, "the ledger is back, and writing goes on");
    }
    if (lost === undefined || isLost) return;
    isLost = true;
    log.error({ code: lost.code }, lost.message);
    void tell({ name: "ledger", headline: "Spotkeeper has lost what it remembered", ask: lost.message });
  };
  let cancel = clock.setTimer(clock.now() + LOOK_EVERY, look);

  return {
    told(what, error) {
      if (isUnavailable(error)) return goes({ what, err: error });
      log.error({ what, err: error }, "failed; it is tried again");
    },
    stop: () => cancel(),
  };
}
