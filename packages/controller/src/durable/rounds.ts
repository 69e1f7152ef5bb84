import type { Clock, Ms } from "../clock.ts";
import { raceWithin } from "../race.ts";
import { isUnavailable } from "../record/unavailable.ts";
import type { AdvanceLimits } from "../advance-limits.ts";
import { UNAVAILABLE_PAUSE } from "./commit.ts";

/** Maximum number of rounds of one `advance`, far more than any plan needs. After it the document is due again at once. */
const MOST_ROUNDS = 500;

/** What a round begins; it runs concurrently with the following rounds. */
export interface Task<R> {
  readonly id: string;
  /** Makes one attempt; its result is passed to the next round. */
  readonly run: () => Promise<R>;
}

export interface Round<R> {
  readonly begin: readonly Task<R>[];
  /** Time of the next round; it begins earlier if a task ends. */
  readonly nextAt: Ms;
  /** Nothing must be done before the document's wake-up, once no task runs. */
  readonly atRest: boolean;
}

/** What has happened since the previous round. */
export interface Since<R> {
  /** Results of the tasks that have ended. */
  readonly results: readonly R[];
  /** Ids of the tasks that still run. */
  readonly running: ReadonlySet<string>;
  /** A wake-up of the document has come, for example because a signal was accepted for it. */
  readonly isWokenAgain: boolean;
  /** False after the deadline: the round stores results, and neither stores nor returns what is to begin. */
  readonly mayBegin: boolean;
}

export interface RoundsDeps {
  readonly clock: Clock;
  readonly limits: AdvanceLimits;
  /** Schedules a wake-up of the document. */
  readonly wakeUp: (at: Ms) => Promise<void>;
  /** Tasks that end within this time after another share its round. 0 if left out. */
  readonly gather?: Ms;
}

/**
 * Advances one document in rounds. A round loads the document, plans, commits intents, and returns the tasks to begin. Tasks
 * run concurrently; each result is passed to the round after its end, without waiting for slower tasks. If the ledger is
 * unavailable while a task runs or a result is not stored, the round is repeated after a pause. Rejects with any other
 * error, after the tasks that run have ended: the caller repeats the call, and a send that still runs would be repeated.
 *
 * @param round returns null if there is nothing to do any more
 */
export async function inRounds<R>(
  deps: RoundsDeps,
  round: (since: Since<R>) => Promise<Round<R> | null>,
): Promise<void> {
  const { clock, limits } = deps;
  const running = new Map<string, Promise<void>>();
  try {
    await advance(deps, running, round);
  } catch (error) {
    await raceWithin(clock, [Promise.allSettled(running.values())], limits.until - clock.now());
    throw error;
  }
}

async function advance<R>(
  { clock, limits, wakeUp, gather = 0 }: RoundsDeps,
  running: Map<string, Promise<void>>,
  round: (since: Since<R>) => Promise<Round<R> | null>,
): Promise<void> {
  let finished: R[] = [];
  let isWokenAgain = false;
  const listen = (): Promise<void> => limits.nextWakeUp().then(() => void (isWokenAgain = true));
  let nextWakeUp = listen();
  let wasAtRest = true;

  for (let count = 0; count < MOST_ROUNDS; count++) {
    const mayBegin = clock.now() < limits.until;
    const since: Since<R> = { results: finished, running: new Set(running.keys()), isWokenAgain, mayBegin };
    if (isWokenAgain) {
      isWokenAgain = false;
      nextWakeUp = listen();
    }
    finished = [];
    let made: Round<R> | null;
    try {
      made = await round(since);
    } catch (error) {
      if (!isUnavailable(error) || (wasAtRest && running.size === 0 && since.results.length === 0)) throw error;
      finished = [...since.results, ...finished];
      isWokenAgain ||= since.isWokenAgain;
      if (clock.now() >= limits.until) break;
      await clock.sleep(UNAVAILABLE_PAUSE);
      continue;
    }
    if (made === null) return await raceWithin(clock, [Promise.all(running.values())], limits.until - clock.now());
    wasAtRest = made.atRest;
    // Also if the deadline has passed during the round, which may have stored that they are begun.
    for (const { id, run } of mayBegin ? made.begin : []) {
      const task = run().then((result) => {
        finished.push(result);
        running.delete(id);
      });
      // Its error is handled where it is awaited below.
      task.catch(() => {});
      running.set(id, task);
    }
    if (finished.length > 0) continue;
    if (clock.now() >= limits.until) break;
    if (running.size === 0 && made.atRest) return;
    await raceWithin(clock, [...running.values(), nextWakeUp], Math.min(made.nextAt, limits.until) - clock.now());
    if (gather > 0 && finished.length > 0 && running.size > 0)
      await raceWithin(
        clock,
        [Promise.all(running.values()), nextWakeUp],
        Math.min(gather, limits.until - clock.now()),
      );
    // Other results that are ready in the same tick share the commit.
    await Promise.resolve();
  }
  await wakeUp(clock.now());
}
