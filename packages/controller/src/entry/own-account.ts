import type { StsCalls } from "../aws/calls/sts.ts";
import type { Clock, Ms } from "../clock.ts";
import type { SourceLog } from "../signal/transports/sqs.ts";

/** How long the start of a worker waits for STS: a warning has only two minutes. */
const WITHIN: Ms = 3_000;
/** Pause after the first failure, which may be a slow start: only the second failure is logged. */
const SOON: Ms = 5_000;
const AGAIN_AFTER: Ms = 60_000;

export interface OwnAccountDeps {
  readonly sts: StsCalls;
  /** Region of the STS calls; null if none is known. */
  readonly region: string | null;
  readonly clock: Clock;
  readonly log: Pick<SourceLog, "info" | "warn">;
}

export interface OwnAccount {
  /** Returns the account id (twelve digits); null while it is not known. */
  current(): string | null;
  /**
   * Reads the account; after a failure again after 5 s, and then each minute. Resolves after the first answer, or 3 s;
   * never rejects.
   */
  ask(): Promise<void>;
  stop(): void;
}

/**
 * Reads the account of the worker's credentials from STS (a queue may be in another account). While STS does not answer
 * (e.g. a subnet without access), accounts without a role count as our own, since not to drain would be worse.
 */
export function createOwnAccount({ sts, region, clock, log }: OwnAccountDeps): OwnAccount {
  let account: string | null = null;
  let cancel = (): void => {};
  let failures = 0;

  const look = async (at: string): Promise<void> => {
    try {
      const deadline = clock.now() + WITHIN;
      account = await sts.callerAccount({ account: null, region: at }, { purpose: "enrich", deadline });
      if (failures > 1) log.info({ account }, "STS says which account the worker's credentials are of");
    } catch (err) {
      failures += 1;
      if (failures === 2)
        log.warn({ err }, "STS does not say which account the worker's credentials are of; it is asked again");
      cancel = clock.setTimer(clock.now() + (failures === 1 ? SOON : AGAIN_AFTER), () => void look(at));
    }
  };

  return {
    current: () => account,
    ask: () => (region === null ? Promise.resolve() : look(region)),
    stop: () => cancel(),
  };
}
