import type { Key } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import { createLife } from "./life.ts";
import type { CreateWorker } from "./process.ts";

/** assumed: what an invocation may take. AWS Lambda allows up to 15 minutes. */
const TIMEOUT: Ms = 60_000;
/** How often a schedule invokes it for its chores; not for what is due, since no hint may be lost. */
const SCHEDULE: Ms = 60_000;

/**
 * The flow in a function, as AWS Lambda runs it: called for each message, each hint and by a schedule, and frozen in
 * between. Hints of one document come one after the other, as from a FIFO queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const createFunction: CreateWorker = (ground, seat, onKilled) => {
  const { gate, aws, clock, options, learnHour, origin } = createLife(ground, seat, true, onKilled);
  const hints = gate.guard(ground.hints, ["at"]);
  // A queue is told how long to wait, and by its own clock it is: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html
  const wake: typeof ground.hints = {
    at: (key, when) => hints.at(key, ground.clock.now() + when - clock.now()),
  };
  const handling = ground.parts.createHandling({ ...options, wake });
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
    ground.clock.setTimer(ground.clock.now() + SCHEDULE, scheduled);
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
