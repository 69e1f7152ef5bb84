import type { StsCalls } from "../aws/calls/sts.ts";
import type { Clock, Ms } from "../clock.ts";
import type { SourceLog } from "../signal/transports/sqs.ts";

/** A worker does not wait longer for it before it hears: what it hears has two minutes. */
const WITHIN: Ms = 3_000;
/** A first failure may be a slow start: it is told when the next try has failed, too. */
const SOON: Ms = 5_000;
const AGAIN_AFTER: Ms = 60_000;

export interface OwnAccountDeps {
  readonly sts: StsCalls;
  /** Where STS is asked; null where no region is known. */
  readonly region: string | null;
  readonly clock: Clock;
  readonly log: Pick<SourceLog, "info" | "warn">;
}

export interface OwnAccount {
  /** Twelve digits; null while AWS has not said. */
  current(): string | null;
  /** Asks, once more after 5 s, and then each minute until AWS has said. Resolves after the first answer, or 3 s; never rejects. */
  ask(): Promise<void>;
  stop(): void;
}

/**
 * The account of the worker's own credentials, as STS says: a queue may stand in another. While STS does not answer (a
 * subnet without a way to it), accounts without a role are taken for ours, as far as anybody knows: not to drain is worse.
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
