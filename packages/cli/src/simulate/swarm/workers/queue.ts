import type { Clock, Ms } from "@spotkeeper/simulator";

/** A message of the queue, and when it was received. */
export interface Heard {
  readonly at: Ms;
  readonly body: string;
}

/** A standard queue between the fleet and the workers. */
export interface Queue {
  /** All messages so far, in order. */
  readonly had: readonly Heard[];
  /** Sends a message of the fleet. */
  readonly send: (body: string) => void;
  /** Delivers a message that does not come from the fleet. */
  readonly receive: (body: string) => void;
  /** Delays the next message of an instance until after a later one of the same instance. */
  readonly holdNext: () => void;
}

interface Kept {
  readonly body: string;
  readonly instances: ReadonlySet<string>;
  readonly forget: () => void;
}

/** assumed: AWS names no limit. */
const LONGEST_HELD: Ms = 150_000;

/**
 * Creates a queue that mostly keeps the order of messages:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 *
 * @param take receives the messages
 */
export function createQueue(clock: Clock, take: (body: string) => void): Queue {
  const had: Heard[] = [];
  const kept = new Set<Kept>();
  let toHold = 0;
  const laterThan = (instances: ReadonlySet<string>): Kept[] =>
    [...kept].filter((one) => [...one.instances].some((id) => instances.has(id)));

  function receive(body: string): void {
    had.push({ at: clock.now(), body });
    take(body);
    for (const one of laterThan(instancesIn(body))) release(one);
  }

  function release(one: Kept): void {
    if (!kept.delete(one)) return;
    one.forget();
    receive(one.body);
  }

  return {
    had,
    receive,
    send(body) {
      const instances = instancesIn(body);
      if (toHold === 0 || instances.size === 0 || laterThan(instances).length > 0) return receive(body);
      toHold -= 1;
      const one: Kept = { body, instances, forget: clock.setTimer(clock.now() + LONGEST_HELD, () => release(one)) };
      kept.add(one);
    },
    holdNext: () => void (toHold += 1),
  };
}

const instancesIn = (body: string): ReadonlySet<string> => new Set(body.match(/\bi-[0-9a-f]{17}\b/g) ?? []);
