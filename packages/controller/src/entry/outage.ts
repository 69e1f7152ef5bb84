import type { Clock, Ms } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Trouble } from "../notify/trouble.ts";
import { isAway } from "../record/away.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** How soon it is told that the ledger went, or is back. */
const LOOK_EVERY: Ms = 1_000;

export interface Failures {
  /** Tells what failed, and is tried again. */
  readonly told: (what: string, error: unknown) => void;
  readonly stop: () => void;
}

/**
 * What fails in the flow, for the log. Everything that wants a ledger that is away fails, each second: it is one line
 * when it goes, whoever meets it, and one when it is back. That its file is another than it was is told to people, too:
 * what was open is forgotten.
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
      if (isAway(error)) return goes({ what, err: error });
      log.error({ what, err: error }, "failed; it is tried again");
    },
    stop: () => cancel(),
  };
}
