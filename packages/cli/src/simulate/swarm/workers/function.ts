import type { Key } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import { createLife } from "./life.ts";
import type { CreateWorker } from "./process.ts";

/** assumed: the longest duration of an invocation. AWS Lambda allows up to 15 minutes. */
const TIMEOUT: Ms = 60_000;
/**
 * How often a schedule invokes the function for its chores. Due documents do not need it: no wake-up message is lost.
 */
const SCHEDULE: Ms = 60_000;

/**
 * Runs the flow as a function, as AWS Lambda does: it is invoked for each message, for each wake-up message and by a
 * schedule, and is frozen in between. Wake-up messages of one document are handled one after the other, as from a FIFO
 * queue. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const createFunction: CreateWorker = (shared, slot, onKilled) => {
  const { gate, aws, clock, options, learnHour, origin } = createLife(shared, slot, true, onKilled);
  const wakes = gate.guard(shared.wakes, ["at"]);
  // The queue waits by its own clock, so it is given a delay:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html
  const wake: typeof shared.wakes = {
    at: (key, when) => wakes.at(key, shared.clock.now() + when - clock.now()),
  };
  const handling = shared.parts.createHandling({ ...options, wake });
  const last = new Map<Key, Promise<boolean>>();

  const invoke = <T>(work: (until: Ms) => Promise<T>): Promise<T> =>
    gate.invoke(async () => {
      const until = clock.now() + TIMEOUT;
      const made = await work(until);
      await handling.atRest(until);
      return made;
    });

  const advance = async (key: Key): Promise<boolean> => {
    try {
      await invoke((until) => handling.advance(key, until));
      return true;
    } catch (error) {
      options.observer.onFailure?.(key, error);
      return false;
    }
  };

  const scheduled = (): void => {
    if (gate.isOver()) return;
    void invoke((until) => handling.housekeepOnce(until));
    shared.clock.setTimer(shared.clock.now() + SCHEDULE, scheduled);
  };

  return {
    async start() {
      await gate.invoke(async () => {
        await learnHour();
        await handling.start();
      });
      scheduled();
    },
    deliver: (body) =>
      Promise.race([invoke((until) => handling.accept(body, origin(), until)), gate.ended.then(() => null)]),
    advance(key) {
      const turn = (last.get(key) ?? Promise.resolve(true)).then(() => advance(key));
      last.set(key, turn);
      return Promise.race([turn, gate.ended.then(() => false)]);
    },
    isAlive: () => !gate.isOver(),
    async stop() {
      handling.stop();
      await gate.invoke(() => handling.atRest(clock.now() + TIMEOUT));
      aws.close();
    },
  };
};
