import type { Ask } from "../../aws/ask.ts";
import type { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";

/** The answer for one id: its value, `undefined` if AWS does not find it, or a failure. */
export type Answer<V> = V | undefined | AwsFailure;

export interface LoaderOptions<C, V> {
  readonly clock: Clock;
  /** Returns a key; requests with equal keys can share one call. */
  readonly keyOf: (context: C) => string;
  /** Reads all ids in one call. Rejects with `AwsFailure` if all failed. */
  readonly fetch: (context: C, ids: readonly string[], ask: Ask) => Promise<ReadonlyMap<string, Answer<V>>>;
}

export interface Loader<C, V> {
  /**
   * Reads one id. Equal requests share one answer; others are merged into the next call. Rejects with `AwsFailure`.
   */
  load(context: C, id: string, ask: Ask): Promise<V | undefined>;
}

/** Maximum number of concurrent calls per key: with two, a slow call does not delay later requests. */
const IN_FLIGHT = 2;

interface Waiting<V> {
  readonly promise: Promise<V | undefined>;
  readonly settle: (answer: Answer<V>) => void;
  readonly fail: (error: unknown) => void;
}

interface Line<C, V> {
  readonly context: C;
  waiting: Map<string, Waiting<V>>;
  readonly asked: Map<string, Waiting<V>>;
  deadline: Ms;
  purpose: Ask["purpose"];
  followsUp: boolean;
  running: number;
  scheduled: boolean;
}

/**
 * Creates a loader that merges the requests of many incidents into few calls: the first call is sent at once; requests
 * that arrive while two calls are in flight are sent together. It caches nothing; the inventory does.
 *
 *     ask a ─▶ call [a] ───────────▶
 *     ask b ──▶ call [b] ────────────▶
 *     ask c, d ───(wait)──────────▶ call [c, d]
 */
export function createLoader<C, V>(options: LoaderOptions<C, V>): Loader<C, V> {
  const lines = new Map<string, Line<C, V>>();

  const schedule = (key: string, line: Line<C, V>): void => {
    if (line.scheduled || line.running >= IN_FLIGHT) return;
    line.scheduled = true;
    // A timer, not a microtask, so that all requests of this moment are in one call.
    options.clock.setTimer(options.clock.now(), () => void send(key, line));
  };

  const send = async (key: string, line: Line<C, V>): Promise<void> => {
    line.scheduled = false;
    const batch = line.waiting;
    if (batch.size === 0) return;
    const ask: Ask = { purpose: line.purpose, deadline: line.deadline, followsUp: line.followsUp };
    line.waiting = new Map();
    line.deadline = Infinity;
    line.followsUp = true;
    for (const [id, one] of batch) line.asked.set(id, one);
    line.running++;
    try {
      const answers = await options.fetch(line.context, [...batch.keys()], ask);
      for (const [id, one] of batch) one.settle(answers.get(id));
    } catch (error) {
      for (const one of batch.values()) one.fail(error);
    } finally {
      line.running--;
      for (const id of batch.keys()) line.asked.delete(id);
      if (line.waiting.size > 0) schedule(key, line);
      else if (line.running === 0) lines.delete(key);
    }
  };

  return {
    load(context, id, ask) {
      const key = options.keyOf(context);
      const line = lines.get(key) ?? createLine<C, V>(context, ask);
      lines.set(key, line);
      const had = line.asked.get(id) ?? line.waiting.get(id);
      if (had !== undefined) return had.promise;
      const one = createWaiting<V>();
      line.waiting.set(id, one);
      // The earliest deadline decides the call's place in the lane.
      line.deadline = Math.min(line.deadline, ask.deadline);
      line.purpose = ask.purpose;
      line.followsUp &&= ask.followsUp ?? false;
      schedule(key, line);
      return one.promise;
    },
  };
}

const createLine = <C, V>(context: C, ask: Ask): Line<C, V> => ({
  context,
  waiting: new Map(),
  asked: new Map(),
  deadline: ask.deadline,
  purpose: ask.purpose,
  followsUp: true,
  running: 0,
  scheduled: false,
});

function createWaiting<V>(): Waiting<V> {
  const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
  return {
    promise,
    settle: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)),
    fail: reject,
  };
}
