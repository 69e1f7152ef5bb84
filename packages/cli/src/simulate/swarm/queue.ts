import type { Clock, Ms } from "@spotkeeper/simulator";

/** A message as the queue had it, and when. */
export interface Heard {
  readonly at: Ms;
  readonly body: string;
}

/** A standard queue between the fleet and the workers. */
export interface Queue {
  /** What it has had, in its order. */
  readonly had: readonly Heard[];
  /** What the fleet says. */
  readonly send: (body: string) => void;
  /** Hands a message over, whatever the fleet says. */
  readonly receive: (body: string) => void;
  /** The next message of an instance comes only after a later one of the same instance. */
  readonly holdNext: () => void;
}

interface Kept {
  readonly body: string;
  readonly instances: ReadonlySet<string>;
  readonly forget: () => void;
}

/** assumed: AWS names no bound. */
const LONGEST_HELD: Ms = 150_000;

/**
 * A queue that keeps its order as well as it can, and not always:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 *
 * @param take gets what is handed over
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
